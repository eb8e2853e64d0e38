import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct BoxFinderTests {
    private let bus = ScriptedBus()

    private func plug(_ serials: String?...) {
        for (place, serial) in serials.enumerated() {
            bus.plug(FakeHackRF.description(address: UInt8(4 + place), serial: serial), FakeHackRF())
        }
    }

    private func choice(_ selection: BoxSettings.Selection) throws(TransceiverFailure) -> UInt8 {
        try BoxFinder(bus: bus, kind: .hackRF, selection: selection).choose(from: bus.devices()).address
    }

    private func failing(_ selection: BoxSettings.Selection) throws -> TransceiverFailure {
        try #require(thrown { _ = try choice(selection) })
    }

    @Test func whereNoBoxIsItIsAbsent() throws {
        for selection in [BoxSettings.Selection.only, .serial("1"), .address(bus: 1, device: 4)] {
            #expect(try failing(selection).kind == .absent)
        }
    }

    @Test func theOnlyOneNeedsNoSelection() throws {
        plug("0001")
        #expect(try choice(.only) == 4)
    }

    @Test func ofSeveralOneHasToBeChosenAndTheirSerialNumbersAreTold() throws {
        plug("00a1", "00a2", nil)
        let failure = try failing(.only)
        #expect(failure.kind == .unsupported)
        for text in ["3 boxes", "00a1 at bus 001 device 004", "00a2 at bus 001 device 005", "unreadable"] {
            #expect(failure.description.contains(text))
        }
    }

    @Test func theEndOfTheSerialNumberIsEnoughInEitherCase() throws {
        plug("00a1", "00A2", "00b2")
        #expect(try choice(.serial("a2")) == 5)
        #expect(try choice(.serial("00B2")) == 6)
        #expect(try choice(.serial("1")) == 4)
    }

    @Test func anEndThatSeveralHaveIsRefusedWithTheirSerialNumbers() throws {
        plug("00a2", "00b2", "00c1")
        let failure = try failing(.serial("2"))
        #expect(failure.kind == .unsupported)
        #expect(failure.description.contains("00a2") && failure.description.contains("00b2"))
        #expect(!failure.description.contains("00c1"))
    }

    @Test func aSerialNumberThatIsNotThereIsAbsentAndTheOthersAreTold() throws {
        plug("00a1")
        let failure = try failing(.serial("a9"))
        #expect(failure.kind == .absent)
        #expect(failure.description.contains("00a1"))
    }

    @Test(arguments: [
        (USBError.Kind.noPermission, TransceiverFailure.Kind.denied, "udev"), (.timedOut, .failed, "cable"),
        (.busy, .busy, "fuser"), (.noDevice, .absent, "plug it in"),
    ])
    func whereNoSerialNumberCanBeReadItIsToldWhyNot(
        reason: USBError.Kind, kind: TransceiverFailure.Kind, remedy: String
    ) throws {
        plug("00a1")
        var unread = FakeHackRF.description(address: 9, serial: nil)
        unread.unread = USBError(reason, "reading names")
        bus.plug(unread, FakeHackRF())
        let failure = try failing(.serial("a9"))
        #expect(failure.kind == kind)
        #expect(failure.description.contains(remedy) && failure.description.contains("bus 001 device 009"))
        #expect(try choice(.serial("a1")) == 4)
    }

    @Test func devicesOfOtherKindsAreNotOpenedForTheirNames() throws {
        plug("00a1")
        bus.plug(FakePluto.description(address: 9), FakePluto())
        let keyboard = USBDescription(vendorID: 0x046D, productID: 0xC31C, bus: 1, address: 2, release: 0)
        bus.plug(keyboard, FakeHackRF())
        _ = try BoxFinder(bus: bus, kind: .hackRF, selection: .only).open()
        #expect(bus.state.withLock { $0.wanted } == [4])
    }

    @Test func anAddressChoosesOnlyWhatIsThere() throws {
        plug("00a1", "00a2")
        #expect(try choice(.address(bus: 1, device: 5)) == 5)
        #expect(try failing(.address(bus: 1, device: 6)).kind == .absent)
        #expect(try failing(.address(bus: 2, device: 5)).kind == .absent)
    }

    @Test func otherKindsDoNotCount() throws {
        plug("00a1")
        bus.plug(FakePluto.description(address: 9), FakePluto())
        #expect(try choice(.only) == 4)
        #expect(try failing(.address(bus: 1, device: 9)).kind == .absent)
    }

    @Test func aBoxInDFUModeIsToldWithItsRemedy() throws {
        bus.plug(
            USBDescription(vendorID: 0x1FC9, productID: 0x000C, bus: 3, address: 7, release: 0x0100), FakeHackRF())
        let failure = try failing(.only)
        #expect(failure.kind == .absent)
        #expect(failure.description.contains("DFU mode at bus 003 device 007"))
    }
}

@Suite struct BoxCatalogueTests {
    @Test(
        arguments: [
            (0x1D50, 0x6089, BoxKind.hackRF), (0x0456, 0xB673, .pluto), (0x0BDA, 0x2838, .rtlSDR),
            (0x0BDA, 0x2832, .rtlSDR),
            (0x0456, 0xB674, nil), (0x1FC9, 0x000C, nil), (0x1D50, 0x6088, nil), (0x0000, 0x0000, nil),
        ] as [(UInt16, UInt16, BoxKind?)])
    func aDeviceHasTheKindOfItsIDs(vendor: UInt16, product: UInt16, kind: BoxKind?) {
        let device = USBDescription(vendorID: vendor, productID: product, bus: 1, address: 1, release: 0)
        #expect(BoxCatalogue.kind(of: device) == kind)
    }

    @Test func onlyThePlutoDoesBothAtOnce() {
        #expect(BoxCatalogue.models.filter(\.isFullDuplex).map(\.name) == ["ADALM-Pluto"])
        #expect(BoxCatalogue.models.allSatisfy { $0.remedy == nil ? $0.receives : !$0.receives && !$0.transmits })
    }
}
