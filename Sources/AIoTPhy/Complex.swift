import Glibc

/// A complex number for estimates; sample loops use bare floats.
struct Complex: Hashable {
    var re: Double
    var im: Double

    init(_ re: Double, _ im: Double) {
        self.re = re
        self.im = im
    }

    /// `e^(j angle)`.
    init(angle: Double) { self.init(cos(angle), sin(angle)) }

    static let zero = Complex(0, 0)

    var power: Double { re * re + im * im }
    var magnitude: Double { power.squareRoot() }
    var angle: Double { atan2(im, re) }
    /// The part along `axis`, times its length.
    func along(_ axis: Complex) -> Double { re * axis.re + im * axis.im }
    /// The part at right angles to `axis`, times its length.
    func across(_ axis: Complex) -> Double { im * axis.re - re * axis.im }
    var conjugate: Complex { Complex(re, -im) }

    static func + (left: Complex, right: Complex) -> Complex { Complex(left.re + right.re, left.im + right.im) }
    static func - (left: Complex, right: Complex) -> Complex { Complex(left.re - right.re, left.im - right.im) }
    static func * (left: Complex, right: Complex) -> Complex {
        Complex(left.re * right.re - left.im * right.im, left.re * right.im + left.im * right.re)
    }
    static func * (left: Complex, right: Double) -> Complex { Complex(left.re * right, left.im * right) }
    /// Division; by zero it gives what is not finite, as for `Double`.
    static func / (left: Complex, right: Complex) -> Complex { left * right.conjugate * (1 / right.power) }
    static func += (left: inout Complex, right: Complex) { left = left + right }
    static func -= (left: inout Complex, right: Complex) { left = left - right }
}

/// A ratio of powers in dB, within -200...200.
func decibels(_ ratio: Double) -> Double {
    guard ratio > 1e-20 else { return -200 }
    return min(10 * log10(ratio), 200)
}
