import Glibc
import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct PlutoTests {
    private let bus = ScriptedBus()
    private let device = FakePluto()
    private let log = StreamLog()

    private func box(_ change: (inout BoxSettings) -> Void = { _ in }) -> Pluto {
        if bus.devices().isEmpty { bus.plug(FakePluto.description(), device) }
        var settings = BoxSettings()
        change(&settings)
        return Pluto(bus: bus, settings: settings, millisecondsOfPoll: nil)
    }

    private static func pipeRequest(_ request: UInt8, _ pipe: UInt16 = 0) -> ScriptedPort.Call {
        .toDevice(USBSetup(requestType: 0x41, request: request, value: pipe, index: 5), [])
    }

    private static func line(_ text: String) -> ScriptedPort.Call { .write(4, Array("\(text)\r\n".utf8)) }

    private static func attribute(_ path: String, _ value: String) -> [ScriptedPort.Call] {
        [line("WRITE \(path) \(value.utf8.count)"), .write(4, Array(value.utf8))]
    }

    private func streams() -> TransceiverStreams { log.streams(octetsPerSample: 4) }

    private func waitForBlocks(_ count: Int) -> Bool {
        eventually {
            log.state.withLock { $0.received.count >= count && $0.transmitted.count >= count || !$0.troubles.isEmpty }
        }
    }

    @Test func itIsSetUpByTheseTransfers() throws {
        let box = box()
        try box.open()
        let phy = "ad9361-phy"
        var expected: [ScriptedPort.Call] = [
            .claim(5), Self.pipeRequest(0), Self.pipeRequest(1, 0), Self.line("VERSION"), Self.line("TIMEOUT 500"),
            Self.line("PRINT"),
        ]
        for (path, value) in [
            ("\(phy) OUTPUT altvoltage0 frequency", "920600000"), ("\(phy) OUTPUT altvoltage1 frequency", "920600000"),
            ("\(phy) INPUT voltage0 sampling_frequency", "1920000"),
            ("cf-ad9361-lpc INPUT voltage0 sampling_frequency", "1920000"),
            ("cf-ad9361-dds-core-lpc OUTPUT voltage0 sampling_frequency", "1920000"),
        ] { expected += Self.attribute(path, value) }
        expected.append(Self.line("READ \(phy) INPUT voltage0 sampling_frequency"))
        for (path, value) in [
            ("\(phy) INPUT voltage0 rf_bandwidth", "1536000"), ("\(phy) OUTPUT voltage0 rf_bandwidth", "1536000"),
            ("\(phy) INPUT voltage0 gain_control_mode", "manual"), ("\(phy) INPUT voltage0 hardwaregain", "30"),
            ("\(phy) OUTPUT voltage0 hardwaregain", "-59"),
        ] { expected += Self.attribute(path, value) }
        #expect(bus.port?.calls == expected)
        #expect(box.name == "ADALM-Pluto 0006ffff")
        #expect(box.identity?.daemon == "0.24.v0.24")
        #expect(box.identity?.model == "Analog Devices PlutoSDR Rev.C (Z7010-AD9363A)")
        #expect(box.identity?.firmware == "v0.37")
        #expect(box.notes.isEmpty)
        box.close()
        #expect(bus.port?.calls.suffix(2) == [Self.pipeRequest(2, 0), .close])
    }

    @Test func aRateThatTheConvertersRefuseIsMadeByTheFabric() throws {
        device.change { $0.lowestRate = 2_083_333 }
        let box = box()
        try box.open()
        let attributes = device.state.withLock { $0.attributes }
        #expect(attributes["ad9361-phy INPUT voltage0 sampling_frequency"] == "15360000")
        #expect(attributes["cf-ad9361-lpc INPUT voltage0 sampling_frequency"] == "1920000")
        #expect(attributes["cf-ad9361-dds-core-lpc OUTPUT voltage0 sampling_frequency"] == "1920000")
    }

    @Test func firmwareWithoutARateInTheFabricWillDoWhereTheConvertersTakeTheRate() throws {
        device.change { $0.refusals = ["cf-ad9361": 2] }
        try box().open()
        device.change { $0.lowestRate = 2_083_333 }
        #expect(thrown { try box().open() }?.kind == .unsupported)
        #expect(bus.openPorts == 1)
    }

    @Test func aRateThatIsNotReadBackIsRefused() throws {
        for answer in ["7\n1920021\n", "1\nx\n", "-2\n", "20\n-9223372036854775808\n"] {
            device.change { $0.answers = ["READ ad9361-phy": answer] }
            #expect(thrown { try box().open() }?.kind == .unsupported)
        }
        device.change { $0.answers = ["READ ad9361-phy": "7\n1919999\n"] }
        try box().open()
    }

    @Test(arguments: [(0, "-89"), (89, "0"), (88, "-1")])
    func theTransmitGainIsAnAttenuation(gain: Int, value: String) throws {
        try box { $0.transmitGainDB = gain }.open()
        #expect(device.state.withLock { $0.attributes["ad9361-phy OUTPUT voltage0 hardwaregain"] } == value)
    }

    @Test func settingsThatNoPlutoTakesAreRefusedBeforeUSB() {
        let changes: [(inout BoxSettings) -> Void] = [
            { $0.sampleRateHz = 61_440_001 }, { $0.sampleRateHz = .nan }, { $0.sampleRateHz = 1_920_000.5 },
            { $0.frequencyHz = 69_999_999 }, { $0.frequencyHz = .max }, { $0.transmitGainDB = 90 },
            { $0.transmitGainDB = -1 }, { $0.receiveGainDB = 78 }, { $0.receiveGainDB = -1 },
            { $0.hasAmplifier = true },
            { $0.hasAntennaPower = true }, { $0.waitsForTrigger = true },
        ]
        for change in changes { #expect(thrown { try box(change).open() }?.kind == .unsupported) }
        #expect(bus.port == nil)
    }

    @Test(arguments: [
        (22, TransceiverFailure.Kind.unsupported, "correct the setting"), (2, .unsupported, "firmware"),
        (16, .busy, "end the other program"), (110, .failed, "in time"), (5, .failed, "error 5"),
        (1, .unsupported, "flash"),
        (9_999_999, .failed, "error 9999999"),
    ])
    func aRefusalSaysWhatWasRefusedAndWhatToDo(errno: Int, kind: TransceiverFailure.Kind, text: String) throws {
        device.change { $0.refusals = ["ad9361-phy INPUT voltage0 hardwaregain": errno] }
        let failure = try #require(thrown { try box().open() })
        #expect(failure.kind == kind)
        #expect(failure.description.contains(text))
        #expect(failure.description.contains("hardwaregain 2\" of 30"))
        #expect(bus.openPorts == 0)
    }

    @Test func whatIsNotAPlutosFirmwareIsRefusedWithWhatToFlash() throws {
        var descriptions = [FakePluto.description(), FakePluto.description(), FakePluto.description()]
        descriptions[0].interfaces = []
        descriptions[1].interfaces[1].endpoints = [0x86, 0x04, 0x87, 0x05]
        device.change { $0.description = "<context><device name=\"ad9361-phy\"/></context>" }
        for description in descriptions {
            bus.plug(description, device)
            let failure = try #require(thrown { try box().open() })
            #expect(failure.kind == .unsupported)
            #expect(failure.description.contains("firmware 0.37"))
            #expect(bus.openPorts == 0)
            bus.unplug(bus: 1, address: 6)
        }
    }

    @Test func aDaemonThatAnswersNonsenseIsAFailureAndNotATrap() {
        for answer in ["", "x\n", "-\n", String(repeating: "\n", count: 2_000), "99999999999\n", "4\n", "-22\n"] {
            device.change { $0.answers = ["PRINT": answer] }
            #expect(thrown { try box().open() } != nil)
            #expect(bus.openPorts == 0)
        }
    }

    @Test func blocksHoldEnoughAndNotMore() {
        #expect(Pluto.blockSamples(atRate: 1_920_000) == 2_048)
        #expect(Pluto.blockSamples(atRate: 4_000_000) == 4_096)
        #expect(Pluto.blockSamples(atRate: 520_834) == 512)
        #expect(Pluto.blockSamples(atRate: .nan) == 256)
        #expect(Pluto.blockSamples(atRate: .infinity) == 1 << 18)
        let capabilities = box().capabilities
        #expect(capabilities.transmitBlockSamples == 2_048)
        #expect(capabilities.transmitLatencySamples == 5 * 2_048)
        #expect(capabilities.hasCommonClock)
        #expect(capabilities.receiveFormat == .ci12)
        #expect(capabilities.transmitFormat == .ci16)
    }

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
        #expect(received.prefix(5).map(\.first) == [0, 2_048, 4_096, 6_144, 8_192])
        #expect(received.prefix(5).flatMap(\.octets) == Array(ramp(5 * 8_192)))
        #expect(transmitted.prefix(5).map(\.first) == [0, 2_048, 4_096, 6_144, 8_192])
        #expect(transmitted.allSatisfy { $0.count == 8_192 })
        let sent = device.state.withLock { $0.transmitted }
        #expect(sent == Array(ramp(sent.count)))
        #expect(sent.count >= 5 * 8_192)
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
            commands[1] == ["OPEN cf-ad9361-lpc 2048 00000003", "READBUF cf-ad9361-lpc 8192", "CLOSE cf-ad9361-lpc"])
        #expect(
            commands[2] == [
                "OPEN cf-ad9361-dds-core-lpc 2048 00000003", "WRITEBUF cf-ad9361-dds-core-lpc 8192",
                "CLOSE cf-ad9361-dds-core-lpc",
            ])
        let calls = port.calls[opened...]
        #expect(calls.first == Self.pipeRequest(1, 1))
        let requests = calls.filter { if case .toDevice = $0 { true } else { false } }
        #expect(
            requests == [
                Self.pipeRequest(1, 1), Self.pipeRequest(1, 2), Self.pipeRequest(2, 2), Self.pipeRequest(2, 1),
            ])
        let close = ScriptedPort.Call.write(6, Array("CLOSE cf-ad9361-dds-core-lpc\r\n".utf8))
        #expect(calls.contains(close))
        #expect(calls.last == Self.pipeRequest(2, 1))
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
        ("READBUF", "-32\n"), ("READBUF", "0\n"), ("READBUF", "8192\n00000001\n"), ("READBUF", "9000\n"),
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
        #expect(steps > 40)
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
        // Two pipes, and of each a request, a command and its answer.
        #expect(failuresOfStart == 6)
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
        #expect(bus.port?.calls.suffix(3) == [Self.pipeRequest(2, 1), .reset, .close])
        #expect(thrown { try box.start(streams()) }?.kind == .failed)
        try box.reset()
        #expect(bus.port?.calls == [.reset, .close])
        try box.open()
    }
}
