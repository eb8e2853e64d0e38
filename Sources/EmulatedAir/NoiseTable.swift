import AIoTBase
import Glibc

/// White complex noise at little cost: pieces of a table of normal numbers, each from a place that is drawn.
struct NoiseTable {
    private let table: [Float]
    private var generator: SeededGenerator
    private let deviation: Float

    /// Complex numbers in the table, and how many follow each other as they stand there (*ours*).
    private static let length = 65_536
    private static let piece = 256

    /// - Parameter deviation: of the real and of the imaginary part.
    init(deviation: Float, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.deviation = deviation.isFinite ? deviation : 0
        var table: [Float] = []
        if self.deviation != 0 {
            table.reserveCapacity(2 * Self.length)
            for _ in 0..<Self.length {
                // Box and Muller.
                let radius = self.deviation * Float((-2 * log(1 - generator.uniform())).squareRoot())
                let angle = 2 * Float.pi * Float(generator.uniform())
                table.append(radius * cosf(angle))
                table.append(radius * sinf(angle))
            }
        }
        self.table = table
        self.generator = generator
    }

    /// Adds noise and a constant to interleaved samples.
    mutating func add(to samples: UnsafeMutableBufferPointer<Float>, constant: AirGain) {
        for index in 0..<samples.count / 2 {
            samples[2 * index] += constant.re
            samples[2 * index + 1] += constant.im
        }
        guard deviation != 0 else { return }
        var offset = 0
        while offset < samples.count {
            let count = min(2 * Self.piece, samples.count - offset)
            let first = 2 * Int(truncatingIfNeeded: generator.next() % UInt64(Self.length - Self.piece))
            table.withUnsafeBufferPointer { table in
                for index in 0..<count { samples[offset + index] += table[first + index] }
            }
            offset += count
        }
    }
}
