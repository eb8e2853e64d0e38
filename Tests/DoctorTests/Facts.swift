import Doctor
import SDR
import Testing
import Transceiver
import USBTransport

/// Boxes and machines as the tests want them.
enum Facts {
    static let hackRF = USBDescription(
        vendorID: 0x1D50, productID: 0x6089, bus: 1, address: 4, release: 0x0106, serial: "0000000075b068dc3079ac07",
        interfaces: [.init(number: 0, name: nil, endpoints: [0x81, 0x02])])
    static let pluto = USBDescription(
        vendorID: 0x0456, productID: 0xB673, bus: 1, address: 5, release: 0x0510, serial: "104473222a87",
        interfaces: [.init(number: 5, name: "IIO", endpoints: [0x83, 0x03])])
    static let rtlSDR = USBDescription(
        vendorID: 0x0BDA, productID: 0x2838, bus: 2, address: 9, release: 0x0100, serial: "00000001")

    static func box(_ device: USBDescription = hackRF, _ access: BoxFacts.Access = .open) throws -> BoxFacts {
        var box = BoxFacts(device: device, model: try #require(BoxCatalogue.model(of: device)), access: access)
        box.speedMegabits = 480
        box.path = "\(device.bus)-\(device.address)"
        return box
    }

    /// A machine with one HackRF on which nothing is wrong.
    static func machine() throws -> MachineFacts {
        var facts = MachineFacts()
        facts.boxes = [try box()]
        facts.user.name = "ada"
        facts.user.isRoot = false
        facts.user.isInGroup = true
        facts.user.isMember = true
        facts.ruleFiles = ["/etc/udev/rules.d/70-aiot-reader.rules"]
        facts.hasHackRFRule = true
        facts.usbMemoryMegabytes = 16
        facts.realTimePriority = 20
        facts.processors = 4
        facts.receiverSamplesPerSecond = 8e6
        facts.clock.unixSeconds = 1_800_000_000
        facts.clock.keepers = ["chronyd"]
        facts.stateDirectory.state = .writable(freeMegabytes: 9_000)
        facts.configuration = .valid(path: "reader.yaml")
        facts.wanted = [.init(.hackRF, .only)]
        facts.certificates = [
            .dated(file: "a.pem", hasBegun: true, firstDay: "2026-01-02", lastDay: "2027-01-02", daysLeft: 14)
        ]
        facts.links = [.init(name: "core", endpoints: [.init(address: "tls://a:1", problem: nil)])]
        return facts
    }
}
