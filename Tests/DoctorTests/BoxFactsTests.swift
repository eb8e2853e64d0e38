import Doctor
import Synchronization
import Testing
import USBTransport

/// Boxes out of a scripted bus and a fake sysfs.
@Suite struct BoxFactsTests {
    private let fake = FakeTree()

    private func plugHackRF(drivers: [String: String] = [:]) throws {
        try fake.plug("1-2.4", bus: 1, address: 4, speed: "480", serial: "0000000075b068dc3079ac07", drivers: drivers)
    }

    @Test func aBoxThatMayBeOpenedTellsItsFirmwareAndIsClosedAgain() throws {
        try plugHackRF()
        let bus = ScriptedBus([Facts.hackRF])
        let box = try #require(BoxFacts.all(on: bus, fake.tree).first)
        #expect(box.access == .open)
        #expect(box.firmware == "2024.02.1")
        #expect(box.release == "1.06")
        #expect(box.path == "1-2.4")
        #expect(box.speedMegabits == 480)
        #expect(box.instance == "hackrf-0000000075b068dc3079ac07")
        #expect(bus.ports[0].claimed.withLock { $0 } == [0])
        #expect(bus.ports[0].closings.withLock { $0 } == 1)
    }

    @Test(arguments: ["nan", "inf", "1e300", "-1", "fast"])
    func aSpeedThatIsNoneIsUnknown(speed: String) throws {
        try fake.plug("1-2.4", bus: 1, address: 4, speed: speed, serial: "75b068dc3079ac07")
        let box = try #require(BoxFacts.all(on: ScriptedBus([Facts.hackRF]), fake.tree).first)
        #expect(box.path == "1-2.4")
        #expect(box.speedMegabits == nil)
    }

    @Test func theSerialOfABoxThatMayNotBeOpenedIsReadFromTheKernel() throws {
        try plugHackRF()
        var device = Facts.hackRF
        device.serial = nil
        let bus = ScriptedBus([device], refusal: USBError(.noPermission, "opening"))
        let box = try #require(BoxFacts.all(on: bus, fake.tree).first)
        #expect(box.access == .noPermission)
        #expect(box.device.serial == "0000000075b068dc3079ac07")
        #expect(box.firmware == nil)
    }

    @Test(arguments: ["usbfs", "hackrf"])
    func aBoxThatSomebodyHasIsNotTakenFromThem(driver: String) throws {
        try plugHackRF(drivers: ["1.0": driver])
        let bus = ScriptedBus([Facts.hackRF])
        let box = try #require(BoxFacts.all(on: bus, fake.tree).first)
        #expect(box.access == .busy)
        #expect(box.kernelDriver == driver)
        #expect(bus.ports[0].claimed.withLock { $0 }.isEmpty)
    }

    @Test func theNetworkCardOfAPlutoIsNoneOfOurBusiness() throws {
        try fake.plug("1-3", bus: 1, address: 5, speed: "480", serial: "104473222a87", drivers: ["1.0": "rndis_host"])
        try fake.write("IIO", to: "sys/bus/usb/devices/1-3:1.5/interface")
        let bus = ScriptedBus([Facts.pluto])
        let box = try #require(BoxFacts.all(on: bus, fake.tree).first)
        #expect(box.access == .open)
        #expect(box.kernelDriver == nil)
        #expect(bus.ports[0].claimed.withLock { $0 } == [5])
    }

    @Test func aRefusalOnTheWayIsToldAsWhatItIs() throws {
        let error = USBError(.inputOutput, "claiming interface 0")
        #expect(
            BoxFacts.all(on: ScriptedBus([Facts.hackRF], claim: error), fake.tree).map(\.access) == [.failed(error)])
        let busy = ScriptedBus([Facts.hackRF], claim: USBError(.busy, "claiming interface 0"))
        #expect(BoxFacts.all(on: busy, fake.tree).map(\.access) == [.busy])
    }

    @Test func whatIsNoBoxIsLeftOutAndTheRestComesInOrder() throws {
        var hub = Facts.hackRF
        (hub.vendorID, hub.address) = (0x1D6B, 1)
        let bus = ScriptedBus([Facts.rtlSDR, Facts.pluto, hub, Facts.hackRF])
        #expect(BoxFacts.all(on: bus, fake.tree).map(\.device) == [Facts.hackRF, Facts.pluto, Facts.rtlSDR])
    }

    @Test func theInstanceIsNamedAsUdevNamesIt() throws {
        var device = Facts.hackRF
        device.serial = "0000 mo/ck"
        #expect(try Facts.box(device).instance == "hackrf-0000_mo_ck")
        device.serial = nil
        #expect(try Facts.box(device).instance == nil)
    }
}
