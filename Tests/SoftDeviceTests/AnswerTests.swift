import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import EmulatedAir
import SoftDevice
import Testing

/// Devices behind a box answer as devices in front of a reader do.
@Suite struct AnswerTests {
    @Test(arguments: [(-2_000.0, 0.0), (0, 20), (300, -20), (2_000, 0)])
    func aPagingIsAnsweredOnTimeAndTheBurstDecodes(hertz: Double, ppm: Double) throws {
        var settings = Desk.Settings()
        settings.frequencyOffsetHz = hertz
        settings.clockErrorPPM = ppm
        let desk = try Desk(settings)
        defer { desk.stop() }
        desk.listen()
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10)))
        desk.run(seconds: 0.03)
        let burst = try #require(desk.reader.decoded.first)
        let clockError = desk.population.devices[0].clockError
        #expect(abs(burst.measurement.clockError - clockError) < 1e-3)
        let frameEnd = try #require(desk.reader.frames.last).endSample / DeskReader.sampleRateHz
        #expect(abs(burst.start.seconds - frameEnd - 0.01 / (1 + clockError)) < 3e-6)
        #expect(desk.soft.counters.burstsSent == 1)
        #expect(desk.soft.counters.framesHeard == 1)
    }

    @Test func devicesThatAnswerAtOnceAddUp() throws {
        var settings = Desk.Settings()
        settings.devices = 2
        settings.largestClockError = 0.001
        let desk = try Desk(settings)
        defer { desk.stop() }
        desk.listen()
        // Two occasions at two frequencies, at one time: until the two devices draw different ones.
        for number in UInt32(0)...15 where desk.reader.decoded.count < 2 {
            let before = desk.reader.decoded.count
            try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10), q: 1, yCode: 1, number: number))
            desk.run(seconds: 0.03)
            if desk.reader.decoded.count == before + 1 { desk.reader.forget() }
        }
        #expect(desk.reader.decoded.count == 2)
        #expect(desk.soft.counters.burstsSent.isMultiple(of: 2))
    }

    @Test func anAnswerThatWouldBeLateIsNotSentButToldWithItsRemedy() throws {
        var settings = Desk.Settings()
        settings.latencySamples = 20_000
        let desk = try Desk(settings)
        defer { desk.stop() }
        desk.listen()
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 5)))
        desk.run(seconds: 0.03)
        #expect(desk.soft.counters.burstsLate == 1)
        #expect(desk.soft.counters.burstsSent == 0)
        #expect(desk.reader.decoded.isEmpty)
        #expect(desk.reader.occasions.map(\.report) == [.idle], "nothing of it may be on the air")
        // 10.4 ms are on their way to the air, and a block or two is being made.
        let needed = desk.soft.counters.neededTurnaroundMilliseconds
        #expect((11...15).contains(needed))
        #expect(desk.remedies == ["raise the reader's --min-turnaround to at least \(needed) ms"])
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: Double(needed)), number: 1))
        desk.run(seconds: 0.04)
        #expect(desk.reader.decoded.count == 1, "the remedy helps")
        #expect(desk.soft.counters.burstsLate == 1)
    }

    /// It would be late by what was not sent, and meet the next device's.
    @Test func anUnderrunEndsWhatIsStillToBeSent() throws {
        let desk = try Desk()
        defer { desk.stop() }
        desk.listen()
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 40)))
        desk.run { desk.soft.counters.framesHeard == 1 }
        desk.boxes.plant(.transmitUnderrun(samples: 777, isTold: true), box: Desk.softBox)
        desk.run(seconds: 0.06)
        #expect(desk.soft.counters.burstsSent == 0 && desk.reader.decoded.isEmpty)
    }

    @Test func theEndOfTheCarrierEndsSessionsAndWhatIsStillToBeSent() throws {
        let desk = try Desk()
        defer { desk.stop() }
        desk.listen()
        try desk.reader.send(desk.paging(Desk.schedule(40, milliseconds: 40), access: .cfra))
        desk.run(seconds: 0.03)
        #expect(desk.soft.devices.first?.asID == ASID(3))
        desk.reader.setCarrier(isOn: false)
        desk.run(seconds: 0.005)
        #expect(desk.soft.devices.first?.asID == nil)
        #expect(desk.soft.counters.carrierLosses == 1)
        desk.reader.setCarrier(isOn: true)
        desk.run(seconds: 0.05)
        #expect(desk.reader.decoded.isEmpty)
        #expect(desk.soft.counters.burstsSent == 0)
        // And the next paging is answered.
        try desk.reader.send(desk.paging(Desk.schedule(2, milliseconds: 10), number: 1))
        desk.run(seconds: 0.03)
        #expect(desk.reader.decoded.count == 1)
    }
}
