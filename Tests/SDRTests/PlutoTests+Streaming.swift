import Glibc
import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

extension PlutoTests {
    @Test(arguments: [(Int.max, Int.max), (512, 4_096), (100, 1_000), (7, 8_188)])
    func samplesStreamBothWaysWithoutAGap(piece: Int, chunk: Int) throws {
        device.change { behaviour in
            behaviour.piece = piece
            behaviour.chunk = chunk
        }
        let box = box()
        try box.open()
        try box.start(streams())
        #expect(waitForBlocks(5))
        box.stop()
        #expect(log.troubles.isEmpty)
        let (received, transmitted) = log.state.withLock { ($0.received, $0.transmitted) }
        #expect(received.prefix(5).map(\.first) == [0, 8_192, 16_384, 24_576, 32_768])
        #expect(received.prefix(5).flatMap(\.octets) == Array(ramp(5 * 32_768)))
        #expect(transmitted.prefix(5).map(\.first) == [0, 8_192, 16_384, 24_576, 32_768])
        #expect(transmitted.allSatisfy { $0.count == 32_768 })
        let sent = device.state.withLock { $0.transmitted }
        #expect(sent == Array(ramp(sent.count)))
        #expect(sent.count >= 5 * 32_768)
    }

    @Test func streamingTakesAPipeForEachDirectionAndEndsTheTransmitterFirst() throws {
        let box = box()
        try box.open()
        let port = try #require(bus.port)
        let opened = port.calls.count
        try box.start(streams())
        #expect(waitForBlocks(2))
        box.stop()
        let commands = device.state.withLock { $0.commands }
        #expect(
            commands[1] == ["OPEN cf-ad9361-lpc 8192 00000003", "READBUF cf-ad9361-lpc 32768", "CLOSE cf-ad9361-lpc"])
        #expect(
            commands[2] == [
                "OPEN cf-ad9361-dds-core-lpc 8192 00000003", "WRITEBUF cf-ad9361-dds-core-lpc 32768",
                "CLOSE cf-ad9361-dds-core-lpc",
            ])
        let calls = port.calls[opened...]
        let gain = "ad9361-phy OUTPUT voltage0 hardwaregain"
        #expect(Array(calls.prefix(3)) == Self.attribute(gain, "-59") + [Self.pipeRequest(1, 1)])
        let requests = calls.filter { if case .toDevice = $0 { true } else { false } }
        #expect(
            requests == [
                Self.pipeRequest(1, 1), Self.pipeRequest(1, 2), Self.pipeRequest(2, 2), Self.pipeRequest(2, 1),
            ])
        let close = ScriptedPort.Call.write(6, Array("CLOSE cf-ad9361-dds-core-lpc\r\n".utf8))
        #expect(calls.contains(close))
        #expect(Array(calls.suffix(3)) == [Self.pipeRequest(2, 1)] + Self.attribute(gain, "-89"))
    }

    @Test func aTransmitterThatHangsIsEndedWithItsPipe() throws {
        let box = box()
        try box.open()
        device.change { $0.holdsBlocks = true }
        try box.start(streams())
        #expect(eventually { log.state.withLock { !$0.transmitted.isEmpty } })
        box.stop()
        #expect(log.troubles.isEmpty)
        let requests = bus.port?.calls.filter { if case .toDevice = $0 { true } else { false } }
        #expect(requests.map { Array($0.suffix(2)) } == [Self.pipeRequest(2, 2), Self.pipeRequest(2, 1)])
        #expect(device.state.withLock { $0.commands[2].contains { $0.hasPrefix("CLOSE") } } == false)
    }

    @Test func noCallComesAfterStopHasReturned() throws {
        let box = box()
        try box.open()
        for _ in 0..<20 {
            try box.start(streams())
            #expect(thrown { try box.start(streams()) }?.kind == .failed)
            let blocks = device.state.withLock { $0.blocksWritten }
            #expect(eventually { device.state.withLock { $0.blocksWritten } > blocks })
            box.stop()
            let calls = log.calls
            device.change { $0.losses = ["cf-ad9361-lpc": 4] }
            try box.pollLosses()
            for _ in 0..<100 { sched_yield() }
            #expect(log.calls == calls)
        }
        #expect(log.troubles.isEmpty)
    }

    @Test func lossesAreToldOnceAndThoseOfTheBeginningAreNot() throws {
        let box = box()
        try box.open()
        device.change { $0.losses = ["cf-ad9361-dds-core-lpc": 1, "cf-ad9361-lpc": 4] }
        try box.start(streams())
        try box.pollLosses()
        try box.pollLosses()
        #expect(log.troubles.isEmpty)
        device.change { $0.losses = ["cf-ad9361-dds-core-lpc": 1] }
        try box.pollLosses()
        try box.pollLosses()
        device.change { $0.losses = ["cf-ad9361-lpc": 6] }
        try box.pollLosses()
        // These bits mean something else.
        device.change { $0.losses = ["cf-ad9361-dds-core-lpc": 4, "cf-ad9361-lpc": 1] }
        try box.pollLosses()
        #expect(log.troubles == [.transmitUnderrun, .receiveGap(samples: nil)])
        box.stop()
    }

    @Test func aPipeForCommandsThatOwesAnAnswerEndsTheStreamAndIsNotUsedAgain() throws {
        let box = box()
        try box.open()
        try box.start(streams())
        device.change { $0.answers = ["READ cf-ad9361-lpc DEBUG": ""] }
        #expect(throws: TransceiverFailure.self) { try box.pollLosses() }
        guard case .failed(let failure) = log.troubles.first else {
            Issue.record("no failure was told")
            return
        }
        #expect(failure.kind == .failed)
        device.change { $0.answers = [:] }
        box.stop()
        #expect(try #require(thrown { try box.start(streams()) }).description.contains("open it again"))
        try box.open()
        try box.start(streams())
        try box.pollLosses()
        box.close()
    }

    @Test func firmwareWithoutARegisterOfLossesIsNotedAndNotAsked() throws {
        device.change {
            $0.description = $0.description.replacing("direct_reg_access", with: "other", maxReplacements: 1)
        }
        let box = box()
        try box.open()
        #expect(box.notes.count == 1)
        try box.start(streams())
        try box.pollLosses()
        box.stop()
        #expect(device.state.withLock { $0.commands[0] }.allSatisfy { !$0.contains("DEBUG") })
    }

    @Test(arguments: [
        ("READBUF", "-32\n"), ("READBUF", "0\n"), ("READBUF", "8192\n00000001\n"), ("READBUF", "32769\n"),
        ("READBUF", "6\n00000003\n1234560\n"), ("WRITEBUF", "-32\n"), ("READBUF", ""),
    ])
    func aStreamThatBreaksIsToldAndCanBeginAgain(command: String, answer: String) throws {
        let box = box()
        try box.open()
        device.change { $0.answers = [command: answer] }
        try box.start(streams())
        #expect(eventually { !log.troubles.isEmpty })
        box.stop()
        for trouble in log.troubles {
            guard case .failed(let failure) = trouble else {
                Issue.record("\(trouble)")
                continue
            }
            #expect(failure.kind == .failed)
        }
        #expect(log.troubles.count == 1)
        device.change { $0.answers = [:] }
        try box.start(streams())
        let blocks = device.state.withLock { $0.blocksWritten }
        #expect(eventually { device.state.withLock { $0.blocksWritten } > blocks })
        box.stop()
        #expect(log.troubles.count == 1)
    }

    @Test(arguments: ["cf-ad9361-lpc", "cf-ad9361-dds-core-lpc"])
    func buffersThatAnotherProgramHasAreABusyBox(stream: String) throws {
        device.change { $0.answers = ["OPEN \(stream)": "-16\n"] }
        let box = box()
        try box.open()
        let failure = try #require(thrown { try box.start(streams()) })
        #expect(failure.kind == .busy)
        #expect(log.calls == 0)
        device.change { $0.answers = [:] }
        try box.start(streams())
        box.close()
        #expect(bus.openPorts == 0)
    }

    @Test(arguments: [USBError.Kind.noDevice, .stalled])
    func afterAFailureAtAnyStepOfOpeningThePortIsClosedAndTheBoxCanBeOpened(kind: USBError.Kind) throws {
        let box = box()
        bus.state.withLock { $0.callFailure = kind }
        var steps = 0
        while true {
            bus.state.withLock { $0.callsThatSucceed = steps }
            guard let failure = thrown({ try box.open() }) else { break }
            #expect(failure.kind == (kind == .noDevice ? .absent : .failed))
            #expect(bus.openPorts == 0)
            steps += 1
        }
        #expect(steps == 46)
        box.close()
        bus.state.withLock { $0.callsThatSucceed = nil }
        try box.open()
        box.close()
        #expect(bus.openPorts == 0)
    }

    @Test func unpluggingAtAnyStepOfStreamingIsToldAndItCanBeOpenedAgain() throws {
        let box = box()
        var failuresOfStart = 0
        for steps in 0..<60 {
            try box.open()
            bus.port?.state.withLock { $0.callsThatSucceed = steps }
            let told = log.troubles.count
            if let failure = thrown({ try box.start(streams()) }) {
                failuresOfStart += 1
                #expect(failure.kind == .absent)
            } else {
                #expect(eventually { log.troubles.count > told })
            }
            box.stop()
            box.close()
            #expect(bus.openPorts == 0)
        }
        // The gain takes two writes and an answer, each of two pipes a request, a command and its answer.
        #expect(failuresOfStart == 9)
        for trouble in log.troubles {
            guard case .failed(let failure) = trouble else {
                Issue.record("\(trouble)")
                continue
            }
            #expect(failure.kind == .absent)
        }
        try box.open()
        try box.start(streams())
        box.close()
    }

    @Test func aResetEndsTheStreamAndLeavesItClosed() throws {
        let box = box()
        try box.open()
        try box.start(streams())
        try box.reset()
        #expect(bus.port?.calls.suffix(2) == [.reset, .close])
        #expect(thrown { try box.start(streams()) }?.kind == .failed)
        try box.reset()
        #expect(bus.port?.calls == [.reset, .close])
        try box.open()
    }
}
