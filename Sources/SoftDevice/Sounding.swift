import Glibc
import Synchronization

/// A short pattern that a box sends to find it in its own leak: what relates its two counters (*ours*).
///
/// 127 chips of a sequence of maximum length, +1 or -1, 8 µs each. It is no R2D frame to anybody, and a steady or turning
/// carrier beside it does not hide it.
final class Sounding: Sendable {
    static let chips: [Float] = {
        // x^7 + x^6 + 1
        var register = 1
        return (0..<127).map { _ in
            let bit = (register >> 6 ^ register >> 5) & 1
            register = (register << 1 | bit) & 127
            return bit == 1 ? 1 : -1
        }
    }()

    private static let idle = 0
    private static let requested = 1
    private static let sent = 2

    let chipSamples: Int
    private let state = Atomic<Int>(Sounding.idle)
    private let start = Atomic<Int64>(0)

    init(sampleRateHz: Double) {
        chipSamples = max(Int(8e-6 * sampleRateHz), 2)
    }

    var length: Int { Self.chips.count * chipSamples }

    // MARK: The thread that plans

    /// Has it sent with the next samples.
    func request() { state.store(Self.requested, ordering: .releasing) }

    /// The transmit number of its first sample, once it is on its way.
    var sentAt: Int64? {
        state.load(ordering: .acquiring) == Self.sent ? start.load(ordering: .relaxed) : nil
    }

    // MARK: The transmit callback

    /// Whether some of it belongs to the next `count` samples.
    func isDue(first: Int64, count: Int) -> Bool {
        switch state.load(ordering: .acquiring) {
        case Self.requested:
            start.store(first, ordering: .relaxed)
            state.store(Self.sent, ordering: .releasing)
            return true
        case Self.sent: return first < start.load(ordering: .relaxed) + Int64(length)
        default: return false
        }
    }

    func add(amplitude: Float, to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int64) {
        guard state.load(ordering: .relaxed) == Self.sent else { return }
        let origin = firstSample - start.load(ordering: .relaxed)
        guard origin >= 0, origin < Int64(length) else { return }
        for index in 0..<min(interleaved.count / 2, length - Int(origin)) {
            interleaved[2 * index] += amplitude * Self.chips[(Int(origin) + index) / chipSamples]
        }
    }
}

// MARK: - Where it is

extension Sounding {
    /// Least part of what changes from chip to chip that must be the pattern (*ours*); noise reaches a tenth.
    private static let leastLikeness = 0.25

    /// The place of its first sample in interleaved samples; nil where it cannot be told from what else there is.
    /// - Parameter expected: where it should be: looked at first, since looking everywhere takes its time.
    func place(in interleaved: [Float], expected: Int?) -> Int? {
        let last = interleaved.count / 2 - length - chipSamples
        guard last > chipSamples else { return nil }
        let sums = Self.prefixSums(interleaved)
        if let expected, (chipSamples..<last).contains(expected), likeness(at: expected, sums) > Self.leastLikeness {
            let near = max(expected - 2, chipSamples)..<min(expected + 3, last)
            return best(of: stride(from: near.lowerBound, to: near.upperBound, by: 1), sums).place
        }
        let step = max(chipSamples / 2, 1)
        let coarse = best(of: stride(from: chipSamples, to: last, by: step), sums)
        guard coarse.likeness > Self.leastLikeness else { return nil }
        let range = max(coarse.place - step, chipSamples)..<min(coarse.place + step, last)
        return best(of: stride(from: range.lowerBound, to: range.upperBound, by: 1), sums).place
    }

    private func best(of places: StrideTo<Int>, _ sums: [Double]) -> (place: Int, likeness: Double) {
        var best = (place: 0, likeness: 0.0)
        for place in places {
            let likeness = likeness(at: place, sums)
            if likeness > best.likeness { best = (place, likeness) }
        }
        return best
    }

    /// The part of the neighbouring chips' differences that goes as the pattern's, 0 to 1: a carrier, which hardly turns
    /// within a chip, is gone from a difference.
    private func likeness(at place: Int, _ sums: [Double]) -> Double {
        let chip = chipSamples
        return sums.withUnsafeBufferPointer { sums in
            Self.chips.withUnsafeBufferPointer { chips in
                var (re, im, energy, weights) = (0.0, 0.0, 0.0, 0.0)
                var index = 2 * (place - chip)
                var (lastRe, lastIm) = (
                    sums[index + 2 * chip] - sums[index], sums[index + 2 * chip + 1] - sums[index + 1]
                )
                var lastChip: Float = 0
                for number in 0...chips.count {
                    index += 2 * chip
                    let next = number < chips.count ? chips[number] : 0
                    let chipRe = sums[index + 2 * chip] - sums[index]
                    let chipIm = sums[index + 2 * chip + 1] - sums[index + 1]
                    let weight = Double(next - lastChip)
                    let (stepRe, stepIm) = (chipRe - lastRe, chipIm - lastIm)
                    re += weight * stepRe
                    im += weight * stepIm
                    energy += stepRe * stepRe + stepIm * stepIm
                    weights += weight * weight
                    (lastRe, lastIm, lastChip) = (chipRe, chipIm, next)
                }
                return energy > 0 ? (re * re + im * im) / (energy * weights) : 0
            }
        }
    }

    private static func prefixSums(_ interleaved: [Float]) -> [Double] {
        var sums = [Double](repeating: 0, count: interleaved.count + 2)
        for index in interleaved.indices { sums[index + 2] = sums[index] + Double(interleaved[index]) }
        return sums
    }
}
