import Glibc
import Synchronization
import USBTransport

/// Answers as the IIO daemon of a Pluto does, on three pipes, in pieces of a given size.
final class FakePluto: ScriptedDevice {
    struct Behaviour {
        /// The answers come in pieces of at most this many octets.
        var piece = Int.max
        /// Octets of a chunk of READBUF.
        var chunk = Int.max
        var description = FakePluto.xml
        /// What is written to an attribute whose path begins so is refused with this errno.
        var refusals: [String: Int] = [:]
        /// Below this rate the converters refuse, as without a filter.
        var lowestRate = 0
        /// What READBUF gives, on and on; each stream is a ramp of octets.
        var mask = "00000003"
        /// Blocks are not taken, until the pipe is closed.
        var holdsBlocks = false
        /// Set by a test: loss bits by device.
        var losses: [String: UInt32] = [:]
        /// What is answered instead, by the beginning of the command.
        var answers: [String: String] = [:]
    }

    struct Pipe {
        var isOpen = false
        var waiting: [UInt8] = []
        /// What the octets after a command are for: how many, and the command.
        var expected: (count: Int, words: [String])?
        var device: String?
        var given = 0
    }

    struct State {
        var behaviour = Behaviour()
        var pipes: [UInt8: Pipe] = [0: Pipe(), 1: Pipe(), 2: Pipe()]
        var attributes: [String: String] = [:]
        /// Command lines by pipe, without CRLF; those that move blocks only once.
        var commands: [[String]] = [[], [], []]
        var transmitted: [UInt8] = []
        var blocksWritten = 0
    }

    let state = Mutex(State())

    static func description(address: UInt8 = 6) -> USBDescription {
        USBDescription(
            vendorID: 0x0456, productID: 0xB673, bus: 1, address: address, release: 0x0100,
            manufacturer: "Analog Devices Inc.", product: "PlutoSDR (ADALM-PLUTO)", serial: "104473b04a060006ffff",
            interfaces: [
                .init(number: 0, name: "RNDIS", endpoints: [0x82]),
                .init(number: 5, name: "IIO", endpoints: [0x86, 0x04, 0x87, 0x05, 0x88, 0x06]),
            ])
    }

    static let xml = """
        <?xml version="1.0" encoding="utf-8"?><context name="local" description="Linux pluto">\
        <context-attribute name="hw_model" value="Analog Devices PlutoSDR Rev.C (Z7010-AD9363A)" />\
        <context-attribute name="fw_version" value="v0.37" />\
        <context-attribute name="hw_serial" value="104473b04a060006ffff" />\
        <device id="iio:device0" name="ad9361-phy" ></device>\
        <device id="iio:device3" name="cf-ad9361-dds-core-lpc" ><debug-attribute name="direct_reg_access" /></device>\
        <device id="iio:device4" name="cf-ad9361-lpc" ><debug-attribute name="direct_reg_access" /></device></context>
        """

    func change(_ change: (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

    func takes(_ setup: USBSetup, _ data: [UInt8]) throws(USBError) {
        guard setup.requestType == 0x41, setup.index == 5, data.isEmpty, setup.value < 3 else {
            throw USBError(.stalled, "request \(setup)")
        }
        state.withLock { state in
            let pipe = UInt8(setup.value)
            switch setup.request {
            case 0: for pipe in UInt8(0)..<3 { state.pipes[pipe] = Pipe() }
            case 1: state.pipes[pipe] = Pipe(isOpen: true)
            default: state.pipes[pipe] = Pipe()
            }
        }
    }

    func answer(to setup: USBSetup, length: Int) throws(USBError) -> [UInt8] { throw USBError(.stalled, "request") }

    func takes(_ octets: [UInt8], from endpoint: UInt8) throws(USBError) {
        let number = endpoint - 4
        let isOpen = state.withLock { state in
            guard var pipe = state.pipes[number], pipe.isOpen else { return false }
            if let (count, words) = pipe.expected {
                // The value of an attribute and a block come whole.
                pipe.expected = nil
                let answer = Self.take(octets, count, words, &state)
                pipe.waiting += Array("\(answer)\n".utf8)
            } else {
                Self.perform(octets, number, &pipe, &state)
            }
            state.pipes[number] = pipe
            return true
        }
        if octets.count > 1_000, state.withLock({ $0.behaviour.holdsBlocks }) {
            _ = eventually { state.withLock { $0.pipes[number]?.isOpen != true } }
            throw USBError(.timedOut, "writing to pipe \(number)")
        }
        // As with a real one a block lasts, so that streams do not run free.
        if octets.starts(with: "READBUF".utf8) || octets.count > 1_000 { usleep(1_000) }
        guard isOpen else { throw USBError(.timedOut, "writing to pipe \(number)") }
    }

    private static func perform(_ octets: [UInt8], _ number: UInt8, _ pipe: inout Pipe, _ state: inout State) {
        guard octets.suffix(2) == [13, 10] else { return pipe.waiting += Array("-22\n".utf8) }
        let line = String(decoding: octets.dropLast(2), as: UTF8.self)
        if state.commands[Int(number)].last != line { state.commands[Int(number)].append(line) }
        if let answer = state.behaviour.answers.first(where: { line.hasPrefix($0.key) })?.value {
            return pipe.waiting += Array(answer.utf8)
        }
        let words = line.split(separator: " ").map(String.init)
        switch (words[0], words.count) {
        case ("VERSION", 1): pipe.waiting += Array("0.24.v0.24  \n".utf8)
        case ("PRINT", 1):
            let xml = Array(state.behaviour.description.utf8)
            pipe.waiting += Array("\(xml.count)\n".utf8) + xml + [10]
        case ("TIMEOUT", 2): pipe.waiting += Array("0\n".utf8)
        case ("READ", _):
            let path = words[1...].joined(separator: " ")
            guard let value = value(of: path, &state) else { return pipe.waiting += Array("-2\n".utf8) }
            pipe.waiting += Array("\(value.utf8.count)\n\(value)\n".utf8)
        case ("WRITE", _), ("WRITEBUF", 3):
            pipe.expected = (Int(words.last ?? "") ?? 0, words)
            if words[0] == "WRITEBUF" { pipe.waiting += Array("\(pipe.device == words[1] ? 0 : -9)\n".utf8) }
        case ("OPEN", 4):
            pipe.device = words[1]
            pipe.waiting += Array("0\n".utf8)
        case ("CLOSE", 2):
            pipe.waiting += Array("\(pipe.device == words[1] ? 0 : -9)\n".utf8)
            pipe.device = nil
        case ("READBUF", 3):
            guard pipe.device == words[1], let count = Int(words[2]) else {
                return pipe.waiting += Array("-9\n".utf8)
            }
            giveBlock(count, &pipe, state.behaviour)
        default: pipe.waiting += Array("-22\n".utf8)
        }
    }

    private static func giveBlock(_ count: Int, _ pipe: inout Pipe, _ behaviour: Behaviour) {
        var left = count
        while left > 0 {
            let chunk = min(left, behaviour.chunk)
            pipe.waiting += Array("\(chunk)\n".utf8)
            if left == count { pipe.waiting += Array("\(behaviour.mask)\n".utf8) }
            pipe.waiting += ramp(chunk, from: pipe.given)
            pipe.given += chunk
            left -= chunk
        }
    }

    private static func value(of path: String, _ state: inout State) -> String? {
        let words = path.split(separator: " ")
        if path.hasSuffix("DEBUG direct_reg_access") {
            return "0x" + String(state.behaviour.losses[String(words[0])] ?? 0, radix: 16)
        }
        // Attributes have a value from the beginning.
        return state.attributes[path] ?? "30720000"
    }

    /// - Returns: the answer.
    private static func take(_ octets: [UInt8], _ count: Int, _ words: [String], _ state: inout State) -> Int {
        guard octets.count == count else { return -22 }
        if words[0] == "WRITEBUF" {
            if state.transmitted.count < 200_000 { state.transmitted += octets }
            state.blocksWritten += 1
            return count
        }
        let path = words[1..<words.count - 1].joined(separator: " ")
        let value = String(decoding: octets, as: UTF8.self)
        if let refusal = state.behaviour.refusals.first(where: { path.hasPrefix($0.key) }) { return -refusal.value }
        if path == "ad9361-phy INPUT voltage0 sampling_frequency", Int(value) ?? 0 < state.behaviour.lowestRate {
            return -22
        }
        if path.hasSuffix("DEBUG direct_reg_access"), value.split(separator: " ").count == 2 {
            state.behaviour.losses[words[1]] = nil
        }
        state.attributes[path] = value
        return count
    }

    func gives(to endpoint: UInt8, limit: Int) throws(USBError) -> [UInt8]? {
        state.withLock { state in
            guard let waiting = state.pipes[endpoint - 0x86]?.waiting, !waiting.isEmpty else { return nil }
            let piece = Array(waiting.prefix(min(limit, state.behaviour.piece)))
            state.pipes[endpoint - 0x86]?.waiting.removeFirst(piece.count)
            return piece
        }
    }
}
