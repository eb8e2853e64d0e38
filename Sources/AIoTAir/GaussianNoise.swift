import AIoTBase
import Glibc

/// White complex noise out of a seed.
struct GaussianNoise: Sendable {
    private var generator: SeededGenerator
    /// Standard deviation of the real and of the imaginary part.
    private let deviation: Float

    init(generator: SeededGenerator, deviation: Float) {
        self.generator = generator
        self.deviation = deviation
    }

    /// Adds noise and a constant to interleaved complex samples.
    mutating func add(
        to interleaved: UnsafeMutableBufferPointer<Float>, constant: (re: Float, im: Float)
    ) {
        for index in 0..<interleaved.count / 2 {
            let (re, im) = pair()
            interleaved[2 * index] += re + constant.re
            interleaved[2 * index + 1] += im + constant.im
        }
    }

    /// Two independent normal numbers (Box and Muller).
    private mutating func pair() -> (Float, Float) {
        let draw = generator.next()
        let u = Float(draw >> 40) * 0x1p-24 + 0x1p-25
        let angle = 2 * Float.pi * Float(draw & 0xFF_FFFF) * 0x1p-24
        let radius = deviation * (-2 * logf(u)).squareRoot()
        return (radius * cosf(angle), radius * sinf(angle))
    }
}
