import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import GRDB
import Testing

@Suite struct ProvisioningTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    @Test func aDeviceThatIsThereIsRefusedAndNothingIsTaken() throws {
        let store = try fixture.open()
        var new = Provisioning()
        new.devices = [try StoreFixture.device(1)]
        try store.provision(new, replaces: false)
        new.devices = [try StoreFixture.device(2), try StoreFixture.device(1)]
        #expect(throws: ProvisioningFailure.self) { try store.provision(new, replaces: false) }
        #expect(try store.records(after: 0).devices.map(\.id) == [StoreFixture.deviceID(1)])
    }

    @Test func aReplacedDeviceKeepsItsPlace() throws {
        let store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(2), replaces: false)
        var new = Provisioning()
        new.devices = [try StoreFixture.device(0, key: 0x55)]
        try store.provision(new, replaces: true)
        let records = try store.records(after: 0)
        #expect(records.devices.map(\.id) == [StoreFixture.deviceID(0), StoreFixture.deviceID(1)])
        #expect(records.devices.first?.key == (try StoreFixture.key(0x55)))
        #expect(records.groups.first?.members.count == 2)
    }

    @Test func onlyAnotherKeyBeginsItsCounterAnew() throws {
        let store = try fixture.open()
        var new = Provisioning()
        let counter = CounterState(confirmed: 41, unanswered: 2)
        new.devices = [try StoreFixture.device(0)]
        new.devices[0].counter = counter
        try store.provision(new, replaces: false)
        new.devices[0].counter = CounterState()
        try store.provision(new, replaces: true)
        #expect(try store.records(after: 0).devices.first?.counter == counter)
        new.devices[0].key = try StoreFixture.key(0x55)
        try store.provision(new, replaces: true)
        #expect(try store.records(after: 0).devices.first?.counter == CounterState())
    }

    @Test func onlyWhatIsNewIsReadAfterAGeneration() throws {
        let store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(3), replaces: false)
        let before = try store.records(after: 0)
        var new = Provisioning()
        new.devices = [try StoreFixture.device(7)]
        new.joining = [.init(device: StoreFixture.deviceID(7), group: StoreFixture.groupID)]
        try fixture.open().provision(new, replaces: false)
        let later = try store.records(after: before.generation)
        #expect(later.devices.map(\.id) == [StoreFixture.deviceID(7)])
        #expect(later.groups.first?.members.count == 4)
        #expect(try store.records(after: later.generation).devices.isEmpty)
    }

    @Test func aMemberHasItsGroupsConfiguration() throws {
        let store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(3), replaces: false)
        var new = Provisioning()
        new.devices = [try StoreFixture.device(0)]
        new.devices[0].configuration.counterWindow = 3
        #expect(throws: ProvisioningFailure.self) { try store.provision(new, replaces: true) }
        #expect(try store.records(after: 0).devices.allSatisfy { $0.configuration == StoreFixture.configuration })
    }

    @Test func aGroupOfUnknownMembersIsRefused() throws {
        let store = try fixture.open()
        var new = try StoreFixture.provisioning(2)
        new.devices.removeLast()
        #expect(throws: ProvisioningFailure.self) { try store.provision(new, replaces: false) }
        #expect(try store.records(after: 0).devices.isEmpty)
    }

    @Test func aHundredThousandDevicesOfOneFileComeInOneTransaction() throws {
        let store = try fixture.open()
        var text = "kind,id,key,groups\ngroup,6001,\(String(repeating: "ff", count: 16)),\n"
        for place in 0..<100_000 {
            text += "device,\(Hex.encoded(StoreFixture.deviceID(place))),\(String(repeating: "11", count: 16)),6001\n"
        }
        let file = try ProvisioningFile(text, name: "devices.csv")
        try store.provision(file.provisioning, replaces: false)
        let records = try store.records(after: 0)
        #expect(records.devices.count == 100_000)
        #expect(records.groups.first?.members.count == 100_000)
        #expect(records.generation == 1)
    }
}
