import AIoTBase
import Glibc

/// Normal deviates in bulk, for noise by the gigasample.
///
/// Each is the sum of two entries of a table of 65,536 quantiles, scaled: it reaches to 6.1 deviations, and its
/// distribution is that of a normal deviate as far as 10^-4 of a frame error can tell.
package struct Normals {
    private let table: [Float]
    private var generator: SeededGenerator

    package init(seed: UInt64, sharing other: Normals? = nil) {
        generator = SeededGenerator(seed: seed)
        table = other?.table ?? Self.quantiles()
    }

    /// Fills `values` with deviates of variance 1.
    package mutating func fill(_ values: inout [Float]) {
        table.withUnsafeBufferPointer { table in
            values.withUnsafeMutableBufferPointer { values in
                var index = 0
                while index < values.count {
                    let bits = generator.next()
                    values[index] = table[Int(bits & 0xFFFF)] + table[Int(bits >> 16 & 0xFFFF)]
                    if index + 1 < values.count {
                        values[index + 1] = table[Int(bits >> 32 & 0xFFFF)] + table[Int(bits >> 48)]
                    }
                    index += 2
                }
            }
        }
    }

    /// The middles of 65,536 equally likely parts, of variance 1/2.
    private static func quantiles() -> [Float] {
        let count = 65_536
        let raw = (0..<count).map { quantile((Double($0) + 0.5) / Double(count)) }
        let scale = (0.5 * Double(count) / raw.reduce(0) { $0 + $1 * $1 }).squareRoot()
        return raw.map { Float($0 * scale) }
    }

    /// The value that a normal deviate stays below with `probability`, by bisection.
    private static func quantile(_ probability: Double) -> Double {
        var low = -8.0
        var high = 8.0
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// The probability that a normal deviate exceeds `x`.
package func tail(_ x: Double) -> Double { 0.5 * erfc(x / 2.0.squareRoot()) }
