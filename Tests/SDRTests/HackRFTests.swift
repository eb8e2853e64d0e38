import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct HackRFTests {
    let bus = ScriptedBus()
    let device = FakeHackRF()

    func settings(_ change: (inout BoxSettings) -> Void = { _ in }) -> BoxSettings {
        var settings = BoxSettings()
        change(&settings)
        return settings
    }

    func box(
        _ role: HackRF.Role, release: UInt16 = 0x0108, _ change: (inout BoxSettings) -> Void = { _ in }
    ) -> HackRF {
        bus.plug(FakeHackRF.description(release: release), device)
        return HackRF(bus: bus, settings: settings(change), role: role, millisecondsOfPoll: nil)
    }

    static func out(_ request: UInt8, _ value: UInt16 = 0, _ index: UInt16 = 0, _ data: [UInt8] = [])
        -> ScriptedPort.Call
    {
        .toDevice(USBSetup(requestType: 0x40, request: request, value: value, index: index), data)
    }

    static func ask(_ request: UInt8, _ index: UInt16 = 0, _ length: Int) -> ScriptedPort.Call {
        .fromDevice(USBSetup(requestType: 0xC0, request: request, value: 0, index: index), length)
    }

    /// Until the gains; 1.92 MS/s, filter 1.75 MHz, 920.6 MHz.
    static let beginning: [ScriptedPort.Call] = [
        .claim(0), ask(14, 0, 1), ask(15, 0, 255), ask(18, 0, 24), out(1, 0),
        out(6, 0, 0, [0x00, 0x4C, 0x1D, 0x00, 1, 0, 0, 0]), out(7, 0xB3F0, 0x001A),
        out(16, 0, 0, [0x98, 0x03, 0, 0, 0xC0, 0x27, 0x09, 0x00]),
    ]

    @Test func aTransmitterIsSetUpByTheseRequests() throws {
        let box = box(.transmitter)
        try box.open()
        #expect(bus.port?.calls == Self.beginning + [Self.out(17, 0), Self.ask(21, 30, 1), Self.out(29, 0)])
        #expect(box.name == "HackRF One 2b4a6c1f")
        #expect(box.identity?.serial == FakeHackRF.serial)
        #expect(box.identity?.version == "2023.01.1")
        #expect(box.identity?.partID == [0xA000_CB3C, 0x0063_4F5E])
        #expect(box.identity?.apiText == "1.08")
    }

    @Test func aReceiverWithEverythingIsSetUpByTheseRequests() throws {
        let box = box(.receiver) { settings in
            settings.hasAmplifier = true
            settings.waitsForTrigger = true
            settings.receiveGainDB = 102
        }
        try box.open()
        #expect(
            bus.port?.calls == Self.beginning + [
                Self.out(17, 1), Self.ask(19, 40, 1), Self.ask(20, 62, 1), Self.out(29, 1),
            ])
    }

    @Test func firmwareWithoutShortfallCountersIsUsedAndNoted() throws {
        let box = box(.transmitter, release: 0x0105)
        try box.open()
        #expect(box.notes.contains { $0.contains("API 1.05") && $0.contains("hackrf_spiflash") })
        #expect(box.notes.contains { $0.contains("outlive") })
        #expect(try box.pollShortfalls() == nil)
        #expect(bus.port?.calls.contains(Self.ask(41, 0, 40)) == false)
    }

    @Test func firmwareWithoutATriggerIsRefusedWhereOneIsWanted() throws {
        let box = box(.transmitter, release: 0x0100) { $0.waitsForTrigger = true }
        let failure = try #require(thrown { try box.open() })
        #expect(failure.kind == .unsupported)
        #expect(failure.description.contains("hackrf_spiflash"))
        #expect(bus.openPorts == 0)
        let without = HackRF(bus: bus, settings: settings(), role: .transmitter, millisecondsOfPoll: nil)
        try without.open()
        #expect(bus.port?.calls.contains(Self.out(29, 0)) == false)
    }

    @Test func aRateBelowTheMakersIsNoted() throws {
        let slow = box(.transmitter)
        try slow.open()
        #expect(slow.notes.count == 1)
        slow.close()
        let fast = HackRF(
            bus: bus, settings: settings { $0.sampleRateHz = 2_000_000 }, role: .transmitter, millisecondsOfPoll: nil)
        try fast.open()
        #expect(fast.notes.isEmpty)
    }

    @Test func aBoardThatIsNoHackRFOneIsRefusedWithWhatToFlash() throws {
        let box = box(.transmitter)
        for board: [UInt8] in [[1], [3], [0xFF], [], [2, 2]] {
            device.behaviour.withLock { $0.boardID = board }
            // The answer has one octet at most.
            guard board.count < 2 else { continue }
            let failure = try #require(thrown { try box.open() })
            #expect(failure.kind == .unsupported)
            #expect(failure.description.contains("hackrf_one_usb.bin"))
            #expect(bus.openPorts == 0)
        }
        device.behaviour.withLock { $0.boardID = [4] }
        try box.open()
    }

    @Test func aSerialNumberOfAnotherLengthIsRefused() throws {
        let box = box(.transmitter)
        device.behaviour.withLock { $0.partAndSerialOctets = 23 }
        #expect(thrown { try box.open() }?.kind == .unsupported)
        #expect(bus.openPorts == 0)
    }

    @Test(arguments: [HackRF.Role.transmitter, .receiver])
    func aGainThatTheFirmwareRefusesIsAFailure(role: HackRF.Role) throws {
        let box = box(role)
        device.behaviour.withLock { $0.takesGains = false }
        #expect(thrown { try box.open() }?.kind == .unsupported)
        #expect(bus.openPorts == 0)
    }

    @Test func settingsThatNoHackRFTakesAreRefusedBeforeUSB() {
        let changes: [(HackRF.Role, @Sendable (inout BoxSettings) -> Void)] = [
            (.transmitter, { $0.sampleRateHz = 20_000_001 }), (.transmitter, { $0.sampleRateHz = .nan }),
            (.transmitter, { $0.frequencyHz = 999_999 }), (.transmitter, { $0.frequencyHz = 6_000_000_001 }),
            (.transmitter, { $0.frequencyHz = .min }), (.transmitter, { $0.transmitGainDB = 48 }),
            (.transmitter, { $0.transmitGainDB = -1 }), (.receiver, { $0.receiveGainDB = 103 }),
            (.receiver, { $0.receiveGainDB = -1 }),
        ]
        bus.plug(FakeHackRF.description(), device)
        for (role, change) in changes {
            let box = HackRF(bus: bus, settings: settings(change), role: role)
            #expect(thrown { try box.open() }?.kind == .unsupported)
        }
        #expect(bus.port == nil)
    }

    @Test func edgesOfTheSettingsAreTaken() throws {
        bus.plug(FakeHackRF.description(), device)
        for (gain, frequency) in [(0, Int64(1_000_000)), (47, 6_000_000_000)] {
            let edge = settings { settings in
                settings.transmitGainDB = gain
                settings.frequencyHz = frequency
            }
            let box = HackRF(bus: bus, settings: edge, role: .transmitter, millisecondsOfPoll: nil)
            try box.open()
            #expect(bus.port?.calls.contains(Self.ask(21, UInt16(gain), 1)) == true)
            let megahertz = UInt8(truncatingIfNeeded: frequency / 1_000_000)
            let high = UInt8((frequency / 1_000_000) >> 8)
            #expect(bus.port?.calls.contains(Self.out(16, 0, 0, [megahertz, high, 0, 0, 0, 0, 0, 0])) == true)
            box.close()
        }
    }

    @Test(arguments: [HackRF.Role.transmitter, .receiver], [USBError.Kind.noDevice, .stalled, .timedOut])
    func afterAFailureAtAnyStepThePortIsClosedAndTheBoxCanBeOpened(role: HackRF.Role, kind: USBError.Kind) throws {
        let log = StreamLog()
        let box = box(role)
        var steps = 0
        while true {
            bus.state.withLock { $0.callsThatSucceed = steps }
            bus.state.withLock { $0.callFailure = kind }
            let failure = thrown {
                try box.open()
                try box.start(log.streams(octetsPerSample: 2))
            }
            guard let failure else { break }
            #expect(failure.kind == .absent || kind != .noDevice)
            box.close()
            #expect(bus.openPorts == 0)
            steps += 1
        }
        #expect(steps == (role == .transmitter ? 14 : 15))
        box.close()
        #expect(bus.openPorts == 0)
        #expect(log.calls == 0)
        bus.state.withLock { $0.callsThatSucceed = nil }
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        box.close()
    }

    @Test func aRequestThatStallsIsTold() throws {
        let box = box(.receiver)
        device.behaviour.withLock { $0.stalls = 7 }
        let failure = try #require(thrown { try box.open() })
        #expect(failure.kind == .failed)
        #expect(failure.description.contains("request 7"))
    }

    @Test func unpluggingWhileItStreamsIsToldAndItCanBeOpenedAgainAfterwards() throws {
        let log = StreamLog()
        let box = box(.transmitter)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        bus.unplug(bus: 1, address: 4)
        guard case .failed(let failed) = log.troubles.last else {
            Issue.record("no failure was told")
            return
        }
        #expect(failed.kind == .absent)
        box.stop()
        box.close()
        #expect(thrown { try box.open() }?.kind == .absent)
        bus.plug(FakeHackRF.description(address: 5), device)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        box.close()
        #expect(bus.openPorts == 0)
    }

    @Test func aResetEndsTheStreamAndLeavesItClosed() throws {
        let log = StreamLog()
        let box = box(.transmitter)
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        try box.reset()
        #expect(bus.port?.calls.suffix(4) == [Self.out(1, 0), .cancel, .reset, .close])
        #expect(thrown { try box.start(log.streams(octetsPerSample: 2)) }?.kind == .failed)
        // Closed it can be reset as well.
        try box.reset()
        #expect(bus.port?.calls == [.reset, .close])
        try box.open()
        try box.reboot()
        #expect(bus.port?.calls.suffix(2) == [Self.out(30), .close])
    }

    @Test func whatIsClosedCanBeStoppedAndClosedAgain() throws {
        let box = box(.transmitter)
        box.stop()
        box.close()
        try box.open()
        box.close()
        box.close()
        #expect(thrown { try box.pollShortfalls() }?.kind == .failed)
        #expect(bus.openPorts == 0)
    }

    @Test(arguments: [
        (USBError.Kind.noPermission, TransceiverFailure.Kind.denied), (.busy, .busy), (.noDevice, .absent),
        (.notFound, .failed), (.notSupported, .unsupported), (.invalidParameter, .unsupported), (.stalled, .failed),
        (.timedOut, .failed), (.overflow, .failed), (.noMemory, .failed), (.interrupted, .failed),
        (.inputOutput, .failed),
        (.other, .failed),
    ])
    func anErrorOfUSBKeepsItsTextAndGetsAKind(usb: USBError.Kind, kind: TransceiverFailure.Kind) throws {
        let box = box(.transmitter)
        bus.state.withLock { $0.openFailure = usb }
        let failure = try #require(thrown { try box.open() })
        #expect(failure.kind == kind)
        #expect(failure.description == USBError(usb, "opening 1:4").description)
    }
}
