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
        guard count >= 7 else { return }
        let blocks = (0..<count).map { block(UnsafeBufferPointer(samples), at: $0) }
        let usual = blocks.map(\.spread).sorted()[count / 2]
        for index in 0..<count {
            let near = blocks[max(index - 1, 0)...min(index + 1, count - 1)]
            let level = near.count == 3 ? Self.middle(near) : blocks[index]
            let before = index >= 3 ? Self.middle(blocks[index - 3..<index]).spread : 0
            let behind = index + 3 < count ? Self.middle(blocks[index + 1...index + 3]).spread : 0
            // The samples behind the last block belong to it.
            let end = index + 1 < count ? (index + 1) * size : samples.count / 2
            blank(samples, index * size..<end, level, limit: Self.limit * max(before, behind, usual))
        }
    }

    private func block(_ samples: UnsafeBufferPointer<Float>, at index: Int) -> Block {
        var (re, im, power): (Float, Float, Float) = (0, 0, 0)
        for place in index * size..<(index + 1) * size {
            let (x, y) = (samples[2 * place], samples[2 * place + 1])
            re += x
            im += y
            power += x * x + y * y
        }
        let scale = 1 / Float(size)
        (re, im) = (re * scale, im * scale)
        return Block(re: re, im: im, spread: max(power * scale - re * re - im * im, 0))
    }

    private func blank(
        _ samples: UnsafeMutableBufferPointer<Float>, _ range: Range<Int>, _ level: Block, limit: Float
    ) {
        for place in range {
            let x = samples[2 * place] - level.re
            let y = samples[2 * place + 1] - level.im
            guard x * x + y * y > limit else { continue }
            samples[2 * place] = level.re
            samples[2 * place + 1] = level.im
        }
    }

    private static func middle(_ blocks: ArraySlice<Block>) -> Block {
        func middle(_ part: KeyPath<Block, Float>) -> Float {
            let a = blocks[blocks.startIndex][keyPath: part]
            let b = blocks[blocks.startIndex + 1][keyPath: part]
            let c = blocks[blocks.startIndex + 2][keyPath: part]
            return max(min(a, b), min(max(a, b), c))
        }
        return Block(re: middle(\.re), im: middle(\.im), spread: middle(\.spread))
    }
}
