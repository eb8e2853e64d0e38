import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import EmulatedAir
import Testing
import Transceiver

/// Devices in front of a reader's box.
@Suite struct DevicesOnTheAirTests {
    @Test func aPagingIsAnsweredAndHeardByTheSameBox() throws {
        let population = AirBench.population(1)
        var bench = AirBench(.fullDuplex(devices: population.devices), population: population, receiver: 0)
        let paging = try bench.paging()
        let events = try bench.run(frame: paging, seconds: 8e-3)
        #expect(events.frames.map(\.octets) == [paging])
        let burst = try #require(events.decoded.first)
        #expect(abs(burst.measurement.clockError - population.devices[0].clockError) < 1e-3)
        #expect(abs(burst.measurement.powerDB + 30) < 4)
        #expect(abs(burst.measurement.carrierOffsetHz) < 20)
    }

    @Test(arguments: [(20.0, -1_500.0), (-20, 1_500), (0, 0)])
    func aPagingIsAnsweredAndHeardByAnotherBoxOnItsOwnCrystal(ppm: Double, hertz: Double) throws {
        let population = AirBench.population(1)
        var bench = AirBench(
            .twoBoxes(devices: population.devices, clockErrorPPM: ppm, frequencyOffsetHz: hertz),
            population: population, receiver: 1)
        let paging = try bench.paging()
        let events = try bench.run(frame: paging, seconds: 8e-3)
        #expect(events.frames.map(\.octets) == [paging])
        let burst = try #require(events.decoded.first)
        #expect(abs(burst.measurement.carrierOffsetHz + hertz) < 20)
    }

    @Test func theCarrierOfAnotherBoxMovesNoDevice() throws {
        let population = AirBench.population(1)
        var settings = BoxAirSettings(
            boxes: [AirBox("reader"), AirBox("other")], couplings: [[AirGain(0.5)], [AirGain(0.5)]])
        settings.devices = population.devices
        var bench = AirBench(settings, population: population, receiver: 0)
        bench.transmitter = 1
        let paging = try bench.paging()
        let events = try bench.run(frame: paging, seconds: 8e-3)
        #expect(events.frames.map(\.octets) == [paging], "the receiver hears the frame")
        #expect(events.decoded.isEmpty, "and nobody answers it")
    }

    @Test func theSameSeedsGiveTheSameOctets() throws {
        let population = AirBench.population(4)
        let runs = try (0..<2).map { _ in
            var bench = AirBench(.twoBoxes(devices: population.devices), population: population, receiver: 1)
            return try (bench.run(frame: bench.paging(), seconds: 8e-3), bench.octets)
        }
        #expect(runs[0].0 == runs[1].0)
        #expect(runs[0].1 == runs[1].1)
    }

    @Test func theJournalSeesWhatTheDevicesTookIn() throws {
        let population = AirBench.population(2)
        var bench = AirBench(.fullDuplex(devices: population.devices), population: population, receiver: 0)
        let paging = try bench.paging()
        var journal: [(message: R2DMessage, ids: [[UInt8]])] = []
        bench.air.setJournal { journal.append(($0, $1.map(\.provisioning.deviceID))) }
        _ = try bench.run(frame: paging, seconds: 8e-3)
        #expect(try journal.map { try $0.message.encoded() } == [paging])
        #expect(journal.first?.ids == population.provisioning.map(\.deviceID))
    }

    @Test func aReaderThatSendsNothingTakesTheDevicesSessions() throws {
        let population = AirBench.population(1)
        var bench = AirBench(.fullDuplex(devices: population.devices), population: population, receiver: 0)
        let paging = try bench.paging(access: .cfra)
        _ = try bench.run(frame: paging, seconds: 8e-3, blockSamples: 1_920)
        #expect(bench.air.devices[0].asID == ASID(3))
        bench.air.advance(150)
        #expect(bench.air.devices[0].asID != nil, "78 µs are survived")
        bench.air.advance(150)
        #expect(bench.air.devices[0].asID == nil)
    }

    @Test func aDeviceThatIsTakenAwayAnswersNothing() throws {
        let population = AirBench.population(1)
        var bench = AirBench(.fullDuplex(devices: population.devices), population: population, receiver: 0)
        bench.air.setPresent(false, device: 0)
        let events = try bench.run(frame: bench.paging(), seconds: 8e-3)
        #expect(events.frames.count == 1)
        #expect(events.decoded.isEmpty)
    }
}
