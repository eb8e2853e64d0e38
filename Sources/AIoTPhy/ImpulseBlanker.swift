import CSampleKernels

/// Takes short strong impulses out of a window: what sparks, switches and radars add.
///
/// A sample that lies further from the level around it than devices and noise there explain is put back on that level:
/// an erasure costs its bit a part, an impulse may turn it. In noise alone hardly a sample is touched. Level and
/// spread of a block are those of its neighbours, the middle one of three, so that an impulse does not hide itself; a
/// burst begins and ends at high power, so the larger of the spreads before and behind counts, and at least the usual
/// one of the window: where a coarse converter shows a device in few samples, these are no impulses.
struct ImpulseBlanker {
    /// Power over the spread from which a sample is an impulse (*ours*): noise is there once in a million samples.
    private static let limit: Float = 14
    /// Least length of a block (*ours*): three times the longest impulse that is looked for.
    private static let leastSeconds = 16e-6

    private struct Block {
        var re: Float = 0
        var im: Float = 0
        /// Mean power around the mean.
        var spread: Float = 0
    }

    private let size: Int

    /// A blanker for bursts whose slowest subcarrier has a period of `period` window samples. In two of them every burst
    /// is in both states.
    init(period: Double, rateHz: Double) {
        size = max(Int(max(2 * period, Self.leastSeconds * rateHz).rounded(.up)), 4)
    }

    /// Puts the impulses among interleaved samples back on the level around them.
    func blank(_ samples: UnsafeMutableBufferPointer<Float>) {
        let count = samples.count / 2 / size
        guard count >= 7, let base = samples.baseAddress else { return }
        let blocks = blocks(UnsafePointer(base), count)
        let spreads = blocks.map(\.spread)
        let usual = aiot_ranked(spreads, count, count / 2)
        // Of each block and its two neighbours; the first and the last have but one.
        let middles = blocks.indices.map { index in
            index > 0 && index + 1 < count
                ? Self.middle(blocks[index - 1], blocks[index], blocks[index + 1]) : blocks[index]
        }
        for index in 0..<count {
            let before = index >= 3 ? middles[index - 2].spread : 0
            let behind = index + 3 < count ? middles[index + 2].spread : 0
            // The samples behind the last block belong to it.
            let end = index + 1 < count ? (index + 1) * size : samples.count / 2
            aiot_put_back(
                base + 2 * index * size, end - index * size, middles[index].re, middles[index].im,
                Self.limit * max(before, behind, usual))
        }
    }

    private func blocks(_ samples: UnsafePointer<Float>, _ count: Int) -> [Block] {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * count) { levels in
            aiot_block_levels(samples, count, size, levels.baseAddress)
            return (0..<count).map { index in
                let (re, im) = (levels[3 * index], levels[3 * index + 1])
                return Block(re: re, im: im, spread: max(levels[3 * index + 2] - re * re - im * im, 0))
            }
        }
    }

    private static func middle(_ first: Block, _ second: Block, _ third: Block) -> Block {
        Block(
            re: middle(first.re, second.re, third.re), im: middle(first.im, second.im, third.im),
            spread: middle(first.spread, second.spread, third.spread))
    }

    @inline(__always)
    private static func middle(_ a: Float, _ b: Float, _ c: Float) -> Float { max(min(a, b), min(max(a, b), c)) }
}
