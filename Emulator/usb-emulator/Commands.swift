import AIoTCapture
import EmulatedAir
import Foundation
import Synchronization
import Transceiver

/// The commands on standard input, one a line; each is answered with one line of JSON.
struct Commands {
    let bench: Bench

    /// - Returns: the answer, or nil for `quit`.
    func answer(_ line: String) -> String? {
        let words = line.split(separator: " ").map(String.init)
        guard let name = words.first else { return Self.encode(Answer(ok: false, error: "say a command")) }
        if name == "quit" { return nil }
        do throws(CommandFailure) {
            if name == "stats" { return Self.encode(bench.state.withLock { Statistics($0) }) }
            return try bench.state.withLock { state throws(CommandFailure) in
                Self.encode(try carryOut(name, Array(words.dropFirst()), &state))
            }
        } catch {
            return Self.encode(Answer(ok: false, error: error.description))
        }
    }

    private func carryOut(_ name: String, _ words: [String], _ state: inout Bench.State) throws(CommandFailure)
        -> Answer
    {
        guard let box = words.first.flatMap({ Int($0) }), state.slots.indices.contains(box) else {
            throw CommandFailure("\(name) needs the number of a box, 0 to \(state.slots.count - 1)")
        }
        let argument = words.count > 1 ? words[1] : nil
        switch name {
        case "plug": try state.plug(box)
        case "unplug": try state.unplug(box)
        case "silence": state.slots[box].isSilent = true
        case "resume": state.slots[box].isSilent = false
        case "stall", "clear":
            let endpoint = UInt8(clamping: try number(argument, "endpoint"))
            if endpoint == 0 { state.slots[box].refusesControl = name == "stall" }
            state.slots[box].box.setHalted(endpoint, name == "stall")
        case "gap":
            let size = state.slots[box].airBox.receiveFormat.octetsPerSample
            state.slots[box].box.lose(octets: min(try number(argument, "number of samples"), 1 << 30) * size)
        case "underrun":
            let size = state.slots[box].airBox.transmitFormat.octetsPerSample
            state.slots[box].box.starve(octets: min(try number(argument, "number of samples"), 1 << 30) * size)
        case "wrong-firmware", "old-firmware", "right-firmware":
            if state.slots[box].isPluggedIn { try state.unplug(box) }
            state.slots[box].box.firmware = Firmware(rawValue: String(name.prefix { $0 != "-" })) ?? .right
            try state.plug(box)
        case "deny", "allow": try deny(box, name == "deny", state)
        case "slow-control":
            state.slots[box].controlDelay = .milliseconds(
                min(try number(argument, "number of milliseconds"), 3_600_000))
        case "tap": return try tap(box, argument, &state)
        default: throw CommandFailure("\(name) is no command")
        }
        return Answer(ok: true, address: state.slots[box].address)
    }

    private func number(_ word: String?, _ what: String) throws(CommandFailure) -> Int {
        guard let word else { throw CommandFailure("name the \(what)") }
        let value = word.hasPrefix("0x") ? Int(word.dropFirst(2), radix: 16) : Int(word)
        guard let value, value >= 0 else { throw CommandFailure("\(word) is no \(what)") }
        return value
    }

    private func deny(_ box: Int, _ isDenied: Bool, _ state: Bench.State) throws(CommandFailure) {
        guard let address = state.slots[box].address, state.bed?.setDenied(address, isDenied) == true else {
            throw CommandFailure("box \(box) has no node that could be changed: plug it in first")
        }
    }

    /// `tap N FILE` begins, `tap N` ends.
    private func tap(_ box: Int, _ path: String?, _ state: inout Bench.State) throws(CommandFailure) -> Answer {
        try? state.slots[box].tap?.close()
        state.slots[box].tap = nil
        var answer = Answer(ok: true, address: state.slots[box].address)
        guard let path else { return answer }
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw CommandFailure("\(path) cannot be written") }
        state.slots[box].tap = file
        answer.format = state.slots[box].airBox.transmitFormat.samples.rawValue
        answer.sample = state.slots[box].box.counts.transmittedSamples
        answer.airSample = state.position
        return answer
    }

    static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).flatMap { String(bytes: $0, encoding: .utf8) } ?? "{}"
    }
}

/// The first line: where clients find the boxes.
struct Ready: Encodable {
    struct Box: Encodable {
        var name: String
        var bus = 1
        var address: Int?
        var serial: String
    }

    /// For UMOCKDEV_DIR.
    var root: String
    var boxes: [Box]

    init(root: String, _ state: Bench.State) {
        self.root = root
        boxes = state.slots.map {
            let identity = $0.box.identity
            return Box(name: $0.airBox.name, address: $0.address, serial: identity.string(identity.serialIndex))
        }
    }
}

/// What a command came to.
struct Answer: Encodable {
    var ok: Bool
    var error: String?
    /// Of the box, while it is plugged in.
    var address: Int?
    /// Of a tap: how its samples are stored, how many the box had transmitted before since it was made, and the sample
    /// of the air that it begins at or after. While the box does not transmit nothing is written.
    var format: String?
    var sample: Int64?
    var airSample: Int64?
}

/// The answer to `stats`.
struct Statistics: Encodable {
    struct Box: Encodable {
        var name: String
        var address: Int?
        var isTransmitting: Bool
        var isReceiving: Bool
        var counts: BoxCounters
        var settings: [String: String]
        /// The last sample on the air that was not zero, and how long ago that was.
        var lastNonZeroSample: Int64?
        var silentMilliseconds: Double?
    }

    var boxes: [Box]
    var position: Int64
    var slippedSamples: Int64
    var waits: Int

    init(_ state: Bench.State) {
        position = state.position
        slippedSamples = state.slippedSamples
        waits = state.waits
        boxes = state.slots.map { slot in
            Box(
                name: slot.airBox.name, address: slot.address, isTransmitting: slot.box.isTransmitting,
                isReceiving: slot.box.isReceiving, counts: slot.box.counts, settings: slot.box.settings,
                lastNonZeroSample: slot.lastNonZero?.sample,
                silentMilliseconds: slot.lastNonZero.map { (ContinuousClock.now - $0.time).seconds * 1_000 })
        }
    }
}
