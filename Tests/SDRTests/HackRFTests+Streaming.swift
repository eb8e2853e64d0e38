import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

extension HackRFTests {
    @Test(arguments: [HackRF.Role.transmitter, .receiver])
    func streamingBeginsWithTheModeAndEndsWithIt(role: HackRF.Role) throws {
        let log = StreamLog()
        let box = box(role) { $0.hasAntennaPower = true }
        try box.open()
        let port = try #require(bus.port)
        let opened = port.calls.count
        try box.start(log.streams(octetsPerSample: 2))
        box.stop()
        box.close()
        let queue: ScriptedPort.Call =
            role == .transmitter
            ? .queue(endpoint: 0x02, octets: 16_384, transfers: 4)
            : .queue(endpoint: 0x81, octets: 16_384, transfers: 12)
        #expect(
            Array(port.calls[opened...]) == [
                Self.out(23, 1), Self.out(1, role == .transmitter ? 2 : 1), queue, Self.out(1, 0), .cancel, .close,
            ])
        #expect(log.troubles.isEmpty)
    }

    @Test func aCarrierThatIsNotEndedAtOnceIsEndedAfterItsSamples() throws {
        let box = box(.transmitter)
        try box.open()
        try box.start(StreamLog().streams(octetsPerSample: 2))
        device.behaviour.withLock { $0.stalls = 1 }
        box.stop()
        #expect(bus.port?.calls.suffix(3) == [Self.out(1, 0), .cancel, Self.out(1, 0)])
        box.close()
    }

    @Test func whatIsTransmittedHasNoGapInItsCount() throws {
        let log = StreamLog()
        let box = box(.transmitter)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        let queue = try #require(bus.port?.queue)
        let sent = (0..<5).flatMap { _ in queue.move() ?? [] }
        #expect(sent == Array(ramp(5 * 16_384)))
        #expect(log.state.withLock { $0.transmitted.map(\.first) } == [0, 8_192, 16_384, 24_576, 32_768])
        #expect(box.capabilities.transmitBlockSamples == 8_192)
        #expect(box.capabilities.transmitLatencySamples == 6 * 8_192)
    }

    @Test func whatIsReceivedIsCountedBySamplesAlsoWhereATransferIsShort() throws {
        let log = StreamLog()
        let box = box(.receiver)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        let queue = try #require(bus.port?.queue)
        queue.move([UInt8](repeating: 1, count: 16_384))
        queue.move([2, 3, 4, 5])
        queue.move([6, 7])
        #expect(log.state.withLock { $0.received.map(\.first) } == [0, 8_192, 8_194])
        #expect(log.state.withLock { $0.received.map(\.octets.count) } == [16_384, 4, 2])
    }

    @Test func halfASampleEndsTheStream() throws {
        let log = StreamLog()
        let box = box(.receiver)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        bus.port?.queue?.move([1, 2, 3])
        guard case .failed(let failure) = log.troubles.first else {
            Issue.record("no failure was told")
            return
        }
        #expect(failure.kind == .failed)
        #expect(bus.port?.queue?.move([1, 2]) == nil)
        box.stop()
    }

    @Test func streamingCanBeginAgainAndCountsAnew() throws {
        let log = StreamLog()
        let box = box(.transmitter)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        bus.port?.queue?.move()
        #expect(thrown { try box.start(log.streams(octetsPerSample: 2)) }?.kind == .failed)
        box.stop()
        try box.start(log.streams(octetsPerSample: 2))
        bus.port?.queue?.move()
        #expect(log.state.withLock { $0.transmitted.map(\.first) } == [0, 0])
        box.stop()
    }

    @Test func noCallComesAfterStopHasReturned() throws {
        let log = StreamLog()
        let box = box(.receiver)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        let queue = try #require(bus.port?.queue)
        queue.move([1, 2])
        box.stop()
        let calls = log.calls
        device.behaviour.withLock { $0.shortfalls = 5 }
        try box.pollShortfalls()
        queue.move([1, 2])
        queue.end(USBError(.noDevice, "late"))
        #expect(log.calls == calls)
        box.stop()
    }

    @Test func shortfallsAreToldWhenTheyAreNew() throws {
        let log = StreamLog()
        let box = box(.receiver)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        try box.pollShortfalls()
        #expect(log.troubles.isEmpty)
        device.behaviour.withLock { $0.shortfalls = 2 }
        #expect(try box.pollShortfalls()?.shortfalls == 2)
        try box.pollShortfalls()
        #expect(log.troubles == [.receiveGap(samples: nil)])
        #expect(bus.port?.calls.last == Self.ask(41, 0, 40))
        device.behaviour.withLock { $0.m0Octets = 36 }
        #expect(thrown { try box.pollShortfalls() }?.kind == .failed)
        box.stop()
    }

    @Test func shortfallsAreAskedForOnAThreadOfTheirOwn() throws {
        let log = StreamLog()
        bus.plug(FakeHackRF.description(), device)
        let box = HackRF(bus: bus, settings: settings(), role: .transmitter, millisecondsOfPoll: 1)
        try box.open()
        device.behaviour.withLock { $0.shortfalls = 1 }
        try box.start(log.streams(octetsPerSample: 2))
        #expect(eventually { log.troubles == [.transmitUnderrun] })
        box.stop()
        box.close()
    }
}
