import AIoTBase
package import RadioFrontEnd
package import StreamFrontEnd
import Synchronization
import Transceiver

/// Gives the samples of a simulated radio to a tap, as a radio with 16 bits would have received them.
package final class SampleTap: Sendable {
    private struct State {
        /// Samples so far.
        var position: Int64 = 0
        var octets: [UInt8]
    }

    /// Samples that are handed on at once.
    private static let blockSamples = 8_192

    private let tap: any ReceiveTap
    private let sampleRateHz: Double
    private let state: Mutex<State>

    package init(_ tap: any ReceiveTap, sampleRateHz: Double) {
        self.tap = tap
        self.sampleRateHz = sampleRateHz
        let octets = Self.blockSamples * StreamFormat.ci16.octetsPerSample
        state = Mutex(State(octets: [UInt8](repeating: 0, count: octets)))
        tap.started(format: .ci16, sampleRateHz: sampleRateHz)
    }

    /// Takes interleaved samples, full scale being 1; larger ones saturate.
    package func append(_ interleaved: UnsafeBufferPointer<Float>) {
        state.withLock { state in
            var offset = 0
            while offset + 1 < interleaved.count {
                let count = min((interleaved.count - offset) / 2, Self.blockSamples)
                let part = UnsafeBufferPointer(rebasing: interleaved[offset..<offset + 2 * count])
                state.octets.withUnsafeMutableBytes { octets in
                    let values = octets.assumingMemoryBound(to: Int16.self)
                    for index in part.indices { values[index] = Self.component(part[index]).littleEndian }
                    tap.received(
                        UnsafeRawBufferPointer(rebasing: octets[..<(count * StreamFormat.ci16.octetsPerSample)]),
                        firstSample: state.position)
                }
                state.position += Int64(count)
                offset += 2 * count
            }
        }
    }

    /// A frame and its windows are over, and their samples have all been taken.
    package func ended(_ outcome: RadioOutcome) {
        guard let start = outcome.frames.first(where: { $0.isR2D })?.start else { return }
        let count = ((outcome.end - start).seconds * sampleRateHz).rounded()
        let end = state.withLock { $0.position }
        guard (0...Double(end)).contains(count) else { return }
        tap.ended(outcome, receiveSamples: end - Int64(count)..<end)
    }

    private static func component(_ value: Float) -> Int16 {
        value.isNaN ? 0 : Int16(min(max((value * 32_768).rounded(), -32_768), 32_767))
    }
}
