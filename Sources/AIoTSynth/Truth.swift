package import AIoTBase
package import AIoTCapture
import AIoTMac
import AIoTPhy
import AIoTReader

/// What is on the air of a recording (`spec/4 "Truth files"`).
package struct Truth: Sendable {
    /// A frame, R2D or D2R.
    package struct Frame: Hashable, Sendable {
        /// What only a burst has.
        package struct D2R: Hashable, Sendable {
            package var format: D2RBurstFormat
            package var frequencyPosition: Int
        }

        package var octets: [UInt8]
        /// First edge.
        package var sampleStart: Int
        package var sampleCount: Int
        /// Of an R2D frame.
        package var chipsPerSymbol: Int?
        package var d2r: D2R?
        package var decodable = true
        /// The script says so: nothing changes it.
        var isSaid = false
        package var note: String?

        var samples: Range<Int> { sampleStart..<sampleStart + max(sampleCount, 1) }
    }

    package var frames: [Frame] = []
    /// What followed from each inventory, with keys.
    package var inventories: [JSONValue] = []
    /// Where nobody can be heard: the carrier is off.
    var interruptions: [Range<Int>] = []
    var schedule: AirSchedule?

    /// Largest part of its delay by which a burst may be early or late, and of what the receiver may find (`spec/2
    /// "Timing"`), with some µs for the edges.
    private static let lateness = 0.02
    private static let latenessSeconds = 5e-6

    mutating func add(_ frame: SynthFrame, start: Int, count: Int) {
        var entry = Frame(
            octets: frame.octets, sampleStart: start, sampleCount: count, chipsPerSymbol: frame.chipsPerSymbol)
        switch frame.fault {
        case .crc: (entry.decodable, entry.note) = (false, "the CRC is wrong")
        case .truncated(let bits): (entry.decodable, entry.note) = (false, "ends after \(bits) bits")
        case nil:
            do {
                _ = try R2DMessage(decoding: frame.octets)
            } catch {
                entry.note = "no message that is defined: \(error)"
            }
        }
        frames.append(entry)
    }

    mutating func add(_ burst: SynthBurst, start: Double, end: Double, in profile: AirProfile, sampleRateHz: Double) {
        var entry = Frame(
            octets: burst.octets, sampleStart: Int(start.rounded()), sampleCount: Int((end - start).rounded()),
            d2r: .init(format: burst.format, frequencyPosition: burst.frequencyPosition))
        entry.note = burst.note
        let clock = burst.device.clockError
        let error = burst.delay.seconds / (1 + clock) + burst.late - burst.delay.seconds
        var reasons: [String] = []
        if !burst.isCRCRight { reasons.append("the CRC is wrong") }
        if !burst.isScheduled { reasons.append("not scheduled so") }
        if abs(clock) > profile.largestClockError { reasons.append("the clock is off by more than 2 %") }
        if abs(error) > Self.lateness * burst.delay.seconds + Self.latenessSeconds {
            reasons.append("too early or late")
        }
        entry.decodable = burst.decodable ?? reasons.isEmpty
        entry.isSaid = burst.decodable != nil
        if !reasons.isEmpty { entry.note = ([burst.note].compactMap { $0 } + reasons).joined(separator: "; ") }
        frames.append(entry)
    }

    /// In the order of the file, with the bursts marked that others make undecodable.
    func settled() -> Truth {
        var settled = self
        settled.frames.sort { ($0.sampleStart, $0.sampleCount) < ($1.sampleStart, $1.sampleCount) }
        let frames = settled.frames
        // Frames that began before one can only reach into it when they are not longer than the longest.
        let longest = frames.map(\.sampleCount).max() ?? 0
        for (index, frame) in frames.enumerated() where frame.d2r != nil && !frame.isSaid {
            let before = frames[..<index].reversed().prefix { $0.sampleStart >= frame.sampleStart - longest }
            let after = frames[(index + 1)...].prefix { $0.sampleStart < frame.samples.upperBound }
            let near = (before + after).filter { $0.samples.overlaps(frame.samples) }
            if near.contains(where: { $0.d2r == nil }) || interruptions.contains(where: { $0.overlaps(frame.samples) })
            {
                settled.frames[index].mark("under an R2D frame or without carrier")
            } else if near.contains(where: { $0.subcarrierHz == frame.subcarrierHz }) {
                settled.frames[index].mark("in a collision")
            }
        }
        return settled
    }
}

extension Truth.Frame {
    mutating func mark(_ reason: String) {
        decodable = false
        note = (note.map { $0 + " " } ?? "") + reason
    }

    /// In units of the lowest bit rate.
    var subcarrierHz: Int? { d2r.map { $0.format.subcarrierPeriods << $0.format.rateCode } }

    private var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("direction", .string(d2r == nil ? "R2D" : "D2R")), .init("pdu", .string(Hex.encoded(octets))),
        ]
        if let chipsPerSymbol { members.append(.init("m", .integer(Int64(chipsPerSymbol)))) }
        if let d2r {
            let numbers = [
                ("rate", d2r.format.rateCode), ("subcarrier", d2r.format.subcarrierPeriods),
                ("fec", d2r.format.fec ? 1 : 0), ("repetition", d2r.format.repetition ? 1 : 0),
                ("midamble", d2r.format.midamble ? 1 : 0), ("frequencyIndex", d2r.frequencyPosition),
            ]
            members += numbers.map { .init($0, .integer(Int64($1))) }
        }
        if d2r != nil || !decodable { members.append(.init("decodable", .bool(decodable))) }
        if let note { members.append(.init("note", .string(note))) }
        members.append(.init("sampleStart", .integer(Int64(sampleStart))))
        members.append(.init("sampleCount", .integer(Int64(sampleCount))))
        return .object(members)
    }

    fileprivate static func json(_ frames: [Self]) -> JSONValue { .array(frames.map(\.json)) }
}

extension Truth {
    /// The frames, what followed of the first inventory, and all inventories where there are more.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [.init("frames", Frame.json(frames))]
        if case .object(let first)? = inventories.first { members += first }
        if inventories.count > 1 { members.append(.init("inventories", .array(inventories))) }
        return .object(members)
    }
}
