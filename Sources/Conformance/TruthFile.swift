import AIoTBase
package import AIoTReplay
package import Foundation

/// The frames that were on the air of a capture (`spec/4 "Truth files"`).
package struct TruthFile: Sendable {
    struct Frame: Decodable, Sendable {
        var direction: String
        var pdu: String
        var sampleStart: Int
        /// False: a burst of a collision, which may be decoded and need not be.
        var decodable: Bool?
    }

    private struct Document: Decodable {
        var frames: [Frame]
    }

    private let frames: [Frame]

    package var frameCount: Int { frames.count }

    /// Largest distance of a frame's start from the truth, seconds (`spec/4 "JSON"`).
    package static let tolerance = 20e-6

    package init(decoding data: Data) throws {
        frames = try JSONDecoder().decode(Document.self, from: data).frames
    }

    /// What differs between the truth and what was decoded; a line each, empty when nothing does.
    package func differences(from decoded: [DecodedFrame], sampleRateHz: Double) -> [String] {
        let tolerance = Int(Self.tolerance * sampleRateHz)
        var isTaken = [Bool](repeating: false, count: decoded.count)
        var lines: [String] = []
        for frame in frames {
            let match = decoded.indices.first { index in
                !isTaken[index] && decoded[index].isR2D == (frame.direction == "R2D")
                    && Hex.encoded(decoded[index].octets) == frame.pdu.lowercased()
                    && abs(decoded[index].sampleStart - frame.sampleStart) <= tolerance
            }
            if let match {
                isTaken[match] = true
            } else if frame.decodable ?? true {
                lines.append("missing: \(frame.direction) at sample \(frame.sampleStart): \(frame.pdu)")
            }
        }
        for (frame, wasTaken) in zip(decoded, isTaken) where !wasTaken {
            let direction = frame.isR2D ? "R2D" : "D2R"
            lines.append("not on the air: \(direction) at sample \(frame.sampleStart): \(Hex.encoded(frame.octets))")
        }
        return lines
    }
}
