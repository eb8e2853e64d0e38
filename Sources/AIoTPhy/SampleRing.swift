/// The latest samples of a complex stream, addressed by their absolute index.
struct SampleRing {
    /// Complex samples held, a power of two.
    let capacity: Int
    private var storage: [Float]
    /// Samples appended so far: the index of the next one.
    private(set) var end = 0

    /// Holds at least `minimum` samples.
    init(minimum: Int) {
        var capacity = 1_024
        while capacity < minimum { capacity *= 2 }
        self.capacity = capacity
        storage = [Float](repeating: 0, count: 2 * capacity)
    }

    /// Index of the oldest sample still held.
    var oldest: Int { max(end - capacity, 0) }

    /// Appends interleaved samples, at most `capacity` of them at a time.
    mutating func append(_ interleaved: UnsafeBufferPointer<Float>) {
        guard let source = interleaved.baseAddress else { return }
        let count = min(interleaved.count / 2, capacity)
        let position = end & (capacity - 1)
        let first = min(count, capacity - position)
        storage.withUnsafeMutableBufferPointer { ring in
            guard let base = ring.baseAddress else { return }
            (base + 2 * position).update(from: source, count: 2 * first)
            base.update(from: source + 2 * first, count: 2 * (count - first))
        }
        end += count
    }

    /// Calls `body` with the samples `range`, cut to what is held, as one or two contiguous interleaved parts.
    func forEachPart(_ range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) -> Void) {
        var index = max(range.lowerBound, oldest)
        let stop = min(range.upperBound, end)
        storage.withUnsafeBufferPointer { ring in
            while index < stop {
                let position = index & (capacity - 1)
                let count = min(stop - index, capacity - position)
                body(UnsafeBufferPointer(rebasing: ring[2 * position..<2 * (position + count)]))
                index += count
            }
        }
    }

    /// Mean of the samples that lie in `from ..< to`, those at the ends weighted by their part in it.
    func mean(from: Double, to: Double) -> Complex {
        var sum = Complex.zero
        let total = weighted(from: from, to: to) { sample, weight in sum += sample * weight }
        return total > 0 ? sum * (1 / total) : .zero
    }

    /// Integral over `from ..< to` of the distance of the samples from `center`.
    func area(from: Double, to: Double, around center: Complex) -> Double {
        var sum = 0.0
        _ = weighted(from: from, to: to) { sample, weight in sum += (sample - center).magnitude * weight }
        return sum
    }

    @inline(__always)
    private func weighted(from: Double, to: Double, _ body: (Complex, Double) -> Void) -> Double {
        let start = max(from, Double(oldest))
        let stop = min(to, Double(end))
        guard start < stop else { return 0 }
        let mask = capacity - 1
        storage.withUnsafeBufferPointer { ring in
            for index in Int(start)..<Int(stop.rounded(.up)) {
                let weight = min(Double(index + 1), stop) - max(Double(index), start)
                let position = 2 * (index & mask)
                body(Complex(Double(ring[position]), Double(ring[position + 1])), weight)
            }
        }
        return stop - start
    }
}
