import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct PlutoTests {
    let bus = ScriptedBus()
    let device = FakePluto()
    let log = StreamLog()

    func box(_ change: (inout BoxSettings) -> Void = { _ in }) -> Pluto {
        if bus.devices().isEmpty { bus.plug(FakePluto.description(), device) }
        var settings = BoxSettings()
        change(&settings)
        return Pluto(bus: bus, settings: settings, millisecondsOfPoll: nil)
    }

    static func pipeRequest(_ request: UInt8, _ pipe: UInt16 = 0) -> ScriptedPort.Call {
        .toDevice(USBSetup(requestType: 0x41, request: request, value: pipe, index: 5), [])
    }

    static func line(_ text: String) -> ScriptedPort.Call { .write(4, Array("\(text)\r\n".utf8)) }

    static func attribute(_ path: String, _ value: String) -> [ScriptedPort.Call] {
        [line("WRITE \(path) \(value.utf8.count)"), .write(4, Array(value.utf8))]
    }

    func streams() -> TransceiverStreams { log.streams(octetsPerSample: 4) }

    func waitForBlocks(_ count: Int) -> Bool {
        eventually {
            log.state.withLock { $0.received.count >= count && $0.transmitted.count >= count || !$0.troubles.isEmpty }
        }
    }

    @Test func namesThatDoNotComeInTimeAreNoReasonToFlashFirmware() throws {
        var unread = FakePluto.description()
        unread.interfaces[1].name = nil
        unread.unread = USBError(.timedOut, "reading the names")
        bus.plug(unread, device)
        let failure = try #require(thrown { try box().open() })
        #expect(failure.kind == .failed)
        #expect(failure.description.contains("cable") && !failure.description.contains("flash"))
        #expect(bus.openPorts == 0)
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
        ] { expected += Self.attribute(path, value) }
        expected.append(Self.line("READ \(phy) INPUT voltage0 sampling_frequency"))
        for fabric in ["cf-ad9361-lpc INPUT", "cf-ad9361-dds-core-lpc OUTPUT"] {
            expected.append(Self.line("READ \(fabric) voltage0 sampling_frequency"))
            expected += Self.attribute("\(fabric) voltage0 sampling_frequency", "1920000")
        }
        for (path, value) in [
            ("\(phy) INPUT voltage0 rf_bandwidth", "1536000"), ("\(phy) OUTPUT voltage0 rf_bandwidth", "1536000"),
            ("\(phy) INPUT voltage0 gain_control_mode", "manual"), ("\(phy) INPUT voltage0 hardwaregain", "30"),
            ("\(phy) OUTPUT voltage0 hardwaregain", "-89"),
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
        device.change { $0.answers = ["READ cf-ad9361": "-2\n"] }
        let box = box()
        try box.open()
        device.change { $0.lowestRate = 2_083_333 }
        #expect(thrown { try box.open() }?.kind == .unsupported)
        #expect(bus.openPorts == 0)
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
    func theTransmitGainIsAnAttenuationWhichIsLargestWhereNothingStreams(gain: Int, value: String) throws {
        let box = box { $0.transmitGainDB = gain }
        func attribute() -> String? {
            device.state.withLock { $0.attributes["ad9361-phy OUTPUT voltage0 hardwaregain"] }
        }
        try box.open()
        #expect(attribute() == "-89")
        try box.start(streams())
        #expect(attribute() == value)
        box.stop()
        #expect(attribute() == "-89")
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
        #expect(Pluto.blockSamples(atRate: 1_920_000) == 8_192)
        #expect(Pluto.blockSamples(atRate: 4_000_000) == 16_384)
        #expect(Pluto.blockSamples(atRate: 520_834) == 2_048)
        #expect(Pluto.blockSamples(atRate: .nan) == 256)
        #expect(Pluto.blockSamples(atRate: .infinity) == 1 << 18)
        let capabilities = box().capabilities
        #expect(capabilities.transmitBlockSamples == 8_192)
        #expect(capabilities.transmitLatencySamples == 5 * 8_192)
        #expect(capabilities.hasCommonClock)
        #expect(capabilities.receiveFormat == .ci12)
        #expect(capabilities.transmitFormat == .ci16)
    }
}
