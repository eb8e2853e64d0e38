import Synchronization
import USBTransport

/// Answers as the firmware of a HackRF does.
final class FakeHackRF: ScriptedDevice {
    struct Behaviour {
        var boardID: [UInt8] = [2]
        var version = "2023.01.1"
        var serialWords: [UInt32] = [0, 0, 0x457863C8, 0x2B4A_6C1F]
        var partAndSerialOctets = 24
        var takesGains = true
        var shortfalls: UInt32 = 0
        var m0Octets = 40
        /// The request that stalls.
        var stalls: UInt8?
    }

    let behaviour: Mutex<Behaviour>

    init(_ behaviour: Behaviour = Behaviour()) {
        self.behaviour = Mutex(behaviour)
    }

    static let serial = "0000000000000000457863c82b4a6c1f"

    static func description(address: UInt8 = 4, serial: String? = serial, release: UInt16 = 0x0108) -> USBDescription {
        USBDescription(
            vendorID: 0x1D50, productID: 0x6089, bus: 1, address: address, release: release,
            manufacturer: "Great Scott Gadgets", product: "HackRF One", serial: serial,
            interfaces: [.init(number: 0, name: nil, endpoints: [0x81, 0x02])])
    }

    private func check(_ setup: USBSetup) throws(USBError) {
        if behaviour.withLock({ $0.stalls }) == setup.request { throw USBError(.stalled, "request \(setup.request)") }
    }

    func takes(_ setup: USBSetup, _ data: [UInt8]) throws(USBError) { try check(setup) }

    func answer(to setup: USBSetup, length: Int) throws(USBError) -> [UInt8] {
        try check(setup)
        let behaviour = behaviour.withLock { $0 }
        let answer: [UInt8]
        switch setup.request {
        case 14: answer = behaviour.boardID
        case 15: answer = Array(behaviour.version.utf8)
        case 18:
            let words = [0xA000_CB3C, 0x0063_4F5E] + behaviour.serialWords
            answer = Array(words.flatMap(Self.littleEndian).prefix(behaviour.partAndSerialOctets))
        case 19, 20, 21: answer = [behaviour.takesGains ? 1 : 0]
        case 41:
            let words: [UInt32] = [4, 4, 65_536, 65_536, behaviour.shortfalls, 16_384, 0, 0, 0, 0]
            answer = Array(words.flatMap(Self.littleEndian).prefix(behaviour.m0Octets))
        default: throw USBError(.stalled, "request \(setup.request)")
        }
        return Array(answer.prefix(length))
    }

    private static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(word >> (8 * UInt32($0)) & 0xFF) }
    }

    func takes(_ octets: [UInt8], from endpoint: UInt8) throws(USBError) { throw USBError(.stalled, "bulk") }
    func gives(to endpoint: UInt8, limit: Int) throws(USBError) -> [UInt8]? { throw USBError(.stalled, "bulk") }
}
