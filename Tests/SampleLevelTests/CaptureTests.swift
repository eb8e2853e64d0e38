import AIoTBase
import AIoTPhy
import Foundation
import Testing

@Suite struct CaptureTests {
    static let names = ["one-device", "six-devices", "direct", "coded-two-frequencies"]

    @Test(arguments: names) func everyDecodableFrameIsFoundAndNoOther(name: String) throws {
        let capture = try Capture(name)
        let events = capture.events(block: 16_384)
        let found = capture.frames(events)
        var unclaimed = found
        for frame in capture.truth {
            let match = unclaimed.firstIndex {
                $0.direction == frame.direction && $0.pdu == frame.pdu
                    && abs($0.start - Double(frame.sampleStart)) <= 20e-6 * Capture.rate
            }
            if let match { unclaimed.remove(at: match) }
            #expect(match != nil || !(frame.decodable ?? true), "missing: \(frame)")
        }
        #expect(unclaimed.isEmpty)
    }

    @Test(arguments: names) func theBlockSizeChangesNothing(name: String) throws {
        let capture = try Capture(name)
        let whole = capture.events(block: 1_000_000)
        for block in [1, 53, 16_384] { #expect(capture.events(block: block) == whole) }
    }
}

/// A capture in the tree with its truth.
struct Capture {
    struct Frame: Decodable {
        var direction: String
        var pdu: String
        var sampleStart: Int
        var sampleCount: Int
        var decodable: Bool?
    }

    struct Found {
        var direction: String
        var pdu: String
        var start: Double
    }

    private struct Truth: Decodable {
        var frames: [Frame]
    }

    static let rate = 1.92e6
    let samples: [Float]
    let truth: [Frame]

    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Captures")
        let data = try Data(contentsOf: folder.appendingPathComponent("\(name).sigmf-data"))
        samples = data.withUnsafeBytes { raw in
            raw.bindMemory(to: Int16.self).map { Float(Int16(littleEndian: $0)) / 32_768 }
        }
        let json = try Data(contentsOf: folder.appendingPathComponent("\(name).truth.json"))
        truth = try JSONDecoder().decode(Truth.self, from: json).frames
    }

    func events(block: Int) -> [ReceiverEvent] {
        var map = ScheduleMap(profile: .oursV0)
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: Self.rate) { map.bursts(after: $0) }
        return samples.withUnsafeBufferPointer { all in
            var events: [ReceiverEvent] = []
            for first in stride(from: 0, to: all.count, by: 2 * block) {
                let part = UnsafeBufferPointer(rebasing: all[first..<min(first + 2 * block, all.count)])
                events += receiver.push(part)
            }
            return events + receiver.finish()
        }
    }

    func frames(_ events: [ReceiverEvent]) -> [Found] {
        events.compactMap { event in
            switch event {
            case .frame(let frame) where frame.crcRight:
                Found(direction: "R2D", pdu: Hex.encoded(frame.octets), start: frame.startSample)
            case .occasion(let result):
                if case .decoded(let burst) = result.report {
                    Found(direction: "D2R", pdu: Hex.encoded(burst.octets), start: burst.start.seconds * Self.rate)
                } else {
                    nil
                }
            default: nil
            }
        }
    }
}
