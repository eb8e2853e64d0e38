import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct BoxPresenceTests {
    private final class Told: Sendable {
        let all = Mutex<[Bool]>([])
        var values: [Bool] { all.withLock { $0 } }
    }

    private let bus = ScriptedBus()
    private let told = Told()

    private func box(_ selection: BoxSettings.Selection = .only) -> HackRF {
        var settings = BoxSettings()
        settings.selection = selection
        return HackRF(bus: bus, settings: settings, role: .receiver, millisecondsOfPoll: nil)
    }

    private func plug(_ address: UInt8) { bus.plug(FakeHackRF.description(address: address), FakeHackRF()) }

    private func watch(_ box: HackRF) { box.watch { [told] isThere in told.all.withLock { $0.append(isThere) } } }

    @Test func aBoxThatIsThereIsToldAtOnce() {
        plug(4)
        watch(box())
        #expect(told.values == [true])
    }

    @Test func itsComingAndGoingIsToldAndThatOfOtherKindsIsNot() {
        let box = box()
        watch(box)
        bus.plug(FakePluto.description(address: 9), FakePluto())
        plug(4)
        bus.unplug(bus: 1, address: 9)
        bus.unplug(bus: 1, address: 4)
        plug(5)
        #expect(told.values == [true, false, true])
    }

    @Test func theGoingOfAnotherBoxOfTheKindIsNotOurs() throws {
        let box = box(.serial("6c1f"))
        plug(4)
        watch(box)
        try box.open()
        bus.plug(FakeHackRF.description(address: 5, serial: "other"), FakeHackRF())
        bus.unplug(bus: 1, address: 5)
        #expect(told.values == [true, true])
        bus.unplug(bus: 1, address: 4)
        #expect(told.values == [true, true, false])
    }

    @Test func ofABoxThatWasNeverOpenedTheLastToGoCounts() {
        plug(4)
        plug(5)
        watch(box(.serial("6c1f")))
        bus.unplug(bus: 1, address: 4)
        #expect(told.values == [true, true])
        bus.unplug(bus: 1, address: 5)
        #expect(told.values == [true, true, false])
    }

    @Test func withAnAddressOnlyThatOneCounts() {
        plug(4)
        watch(box(.address(bus: 1, device: 5)))
        plug(5)
        bus.unplug(bus: 1, address: 4)
        bus.unplug(bus: 1, address: 5)
        #expect(told.values == [true, false])
    }

    @Test func nothingIsToldAfterUnwatch() {
        let box = box()
        watch(box)
        box.unwatch()
        plug(4)
        #expect(told.values.isEmpty)
        #expect(!bus.isWatched)
    }
}
