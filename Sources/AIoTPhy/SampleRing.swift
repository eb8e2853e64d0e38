import CSampleKernels

/// The latest samples of a complex stream, addressed by their absolute index.
///
/// They lie in one piece: new ones go behind them, and only when the room ends are those still needed moved to its front.
struct SampleRing {
    /// Complex samples held.
    let capacity: Int
    /// Room for three times as many, so that few are moved.
    private var storage: [Float]
    /// Index of the sample at the front of the room.
    private var front = 0
    /// Samples appended so far: the index of the next one.
    private(set) var end = 0

    /// Holds at least `minimum` samples.
    init(minimum: Int) {
        capacity = max(minimum, 1_024)
        storage = [Float](repeating: 0, count: 6 * capacity)
    }

    /// Index of the oldest sample still held.
    var oldest: Int { max(end - capacity, 0) }

    /// Appends interleaved samples, at most `capacity` of them at a time.
    mutating func append(_ interleaved: UnsafeBufferPointer<Float>) {
        guard let source = interleaved.baseAddress else { return }
        let count = min(interleaved.count / 2, capacity)
        let oldest = oldest
        let position = end - front
        let mustMove = position + count > 3 * capacity
        let (from, kept) = (oldest - front, end - oldest)
        storage.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress else { return }
            if mustMove { base.update(from: base + 2 * from, count: 2 * kept) }
            (base + 2 * (mustMove ? kept : position)).update(from: source, count: 2 * count)
        }
        if mustMove { front = oldest }
        end += count
    }

    /// Calls `body` with the interleaved samples `range`, cut to what is held.
    @inline(__always)
    func with<Result>(_ range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        let begin = min(max(range.lowerBound, oldest), end)
        let stop = max(min(range.upperBound, end), begin)
        return storage.withUnsafeBufferPointer { room in
            body(UnsafeBufferPointer(rebasing: room[2 * (begin - front)..<2 * (stop - front)]))
        }
    }

    /// Mean of the samples that lie in `from ..< to`, those at the ends weighted by their part in it.
    func mean(from: Double, to: Double) -> Complex {
        let (sum, length) = weighted(
            from: from, to: to, { $0 },
            whole: { samples in
                var sum: (Float, Float) = (0, 0)
                withUnsafeMutablePointer(to: &sum) { sum in
                    sum.withMemoryRebound(to: Float.self, capacity: 2) {
                        aiot_block_sums(samples.baseAddress, 1, samples.count / 2, 1, $0)
                    }
                }
                return Complex(Double(sum.0), Double(sum.1))
            })
        return length > 0 ? sum * (1 / length) : .zero
    }

    /// Integral over `from ..< to` of the distance of the samples from `center`.
    func area(from: Double, to: Double, around center: Complex) -> Double {
        weighted(
            from: from, to: to, { Complex(($0 - center).magnitude, 0) },
            whole: { samples in
                Complex(
                    aiot_distance_sum(samples.baseAddress, samples.count / 2, Float(center.re), Float(center.im)), 0)
            }
        ).sum.re
    }

    /// Sum over `from ..< to` of `value`, and the length of what is held of it: `whole` for the samples that lie wholly in
    /// it, those at the ends by their part.
    @inline(__always)
    private func weighted(
        from: Double, to: Double, _ value: (Complex) -> Complex, whole: (UnsafeBufferPointer<Float>) -> Complex
    ) -> (sum: Complex, length: Double) {
        let start = max(from, Double(oldest))
        let stop = min(to, Double(end))
        guard start < stop else { return (.zero, 0) }
        let first = Int(start)
        let last = Int(stop.rounded(.up)) - 1
        let sum = with(first..<last + 1) { samples -> Complex in
            func part(_ index: Int) -> Complex {
                let weight = min(Double(index + 1), stop) - max(Double(index), start)
                let place = 2 * (index - first)
                return value(Complex(Double(samples[place]), Double(samples[place + 1]))) * weight
            }
            guard last > first else { return part(first) }
            let inner = UnsafeBufferPointer(rebasing: samples[2..<2 * (last - first)])
            return part(first) + whole(inner) + part(last)
        }
        return (sum, stop - start)
    }
}
