import AIoTAir
import AIoTDevice
import AIoTPhy
import EmulatedAir
import Testing
import Transceiver

@Suite struct BoxAirTests {
    @Test func aPagingIsAnsweredAndHeardByTheSameBox() throws {
        let population = AirBench.population(1)
        var bench = AirBench(.fullDuplex(devices: population.devices), population: population, receiver: 0)
        let paging = try bench.paging()
        let events = try bench.run(frame: paging, seconds: 8e-3)
        #expect(events.frames.map(\.octets) == [paging])
        let burst = try #require(events.decoded.first)
        #expect(abs(burst.measurement.clockError - population.devices[0].clockError) < 1e-3)
        #expect(abs(burst.measurement.powerDB + 30) < 4)
    }

    @Test func aPagingIsAnsweredAndHeardByAnotherBoxOnItsOwnCrystal() throws {
        let population = AirBench.population(1)
        var bench = AirBench(
            .twoBoxes(devices: population.devices, clockErrorPPM: 20, frequencyOffsetHz: -1_500),
            population: population, receiver: 1)
        let paging = try bench.paging()
        let events = try bench.run(frame: paging, seconds: 8e-3)
        #expect(events.frames.map(\.octets) == [paging])
        let burst = try #require(events.decoded.first)
        #expect(abs(burst.measurement.carrierOffsetHz - 1_500) < 20)
    }
}
