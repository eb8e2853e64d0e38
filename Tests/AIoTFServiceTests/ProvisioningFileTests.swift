import AIoTF
import AIoTSecurity
import Testing

@testable import AIoTFService

@Suite struct ProvisioningFileTests {
    private let key = String(repeating: "0a", count: 16)

    private func problems(_ text: String) -> [Int] {
        do {
            _ = try ProvisioningFile(text, name: "f")
            return []
        } catch {
            return error.problems.map(\.line)
        }
    }

    @Test func columnsComeInAnyOrderAndEmptyFieldsTakeTheDefault() throws {
        let text = """
            \u{FEFF}# from the factory\r
            key,kind,id,window,algorithms,profile,groups\r
            \(key),group,6001,,,,\r

            \(key),device,d001,,,,6001;6002\r
            \(key), device ,D002,0,0x20,23,\r
            """
        let new = try ProvisioningFile(text, name: "f").provisioning
        #expect(new.groups.map(\.id) == [[0x60, 1]])
        #expect(new.devices.map(\.id) == [[0xD0, 1], [0xD0, 2]])
        #expect(new.devices.map(\.configuration.counterWindow) == [15, 0])
        #expect(new.devices.map(\.configuration.algorithms.octet) == [0x22, 0x20])
        #expect(new.devices.map(\.configuration.profile.rawValue) == [0x17, 0x17])
        #expect(new.joining.map(\.group) == [[0x60, 1], [0x60, 2]])
    }

    @Test func everyLineThatCannotBeTakenIsNamed() {
        let text = """
            kind,id,key,profile
            device,d001,\(key),
            device,d00,\(key),
            device,d002,\(key)0,
            gadget,d003,\(key),
            device,d004,\(key),0x100
            device,d005,\(key)
            """
        #expect(problems(text) == [3, 4, 5, 6, 7])
    }

    @Test(arguments: ["", "\n\n", "id,key\n", "kind,id,key,colour\n", "kind,id,id,key\n", "\"kind\",id,key\n"])
    func aFileWithoutItsFirstLineIsRefused(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test func noMoreThanTwentyProblemsAreTold() {
        let lines = [String](repeating: "device,zz,\(key)", count: 100).joined(separator: "\n")
        #expect(problems("kind,id,key\n" + lines).count == 20)
    }

    @Test func anUnknownGroupIsToldWithTheLineOfTheDeviceThatJoinsIt() throws {
        let fixture = try StoreFixture()
        let text = "kind,id,key,groups\ngroup,d001,\(key),\ndevice,d002,\(key),d001\ndevice,d001,\(key),6001\n"
        let file = try ProvisioningFile(text, name: "f")
        let failure = #expect(throws: ProvisioningFailure.self) {
            try fixture.open().provision(file.provisioning, replaces: false)
        }
        #expect(try file.placed(#require(failure)).problems.map(\.line) == [4])
        #expect(file.placed(ProvisioningFailure(.group, [0xD0, 1], .exists)).problems.map(\.line) == [2])
    }

    @Test func aFailureOfTheStoreIsToldWithItsLine() throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let file = try ProvisioningFile("kind,id,key\ndevice,d001,\(key)\ndevice,d001,\(key)\n", name: "f")
        do {
            try store.provision(file.provisioning, replaces: false)
            Issue.record("taken twice")
        } catch let failure as ProvisioningFailure {
            #expect(file.placed(failure).description.hasPrefix("f:3: device d001"))
        }
    }
}
