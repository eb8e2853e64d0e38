import Glibc

/// A complex amplitude: 1 carries a transmitter at full scale to a receiver at full scale.
package struct AirGain: Hashable, Sendable {
    package var re: Float
    package var im: Float

    package init(re: Float, im: Float) {
        self.re = re
        self.im = im
    }

    /// - Parameter phase: in radians.
    package init(_ amplitude: Float, phase: Float = 0) {
        self.init(re: amplitude * cosf(phase), im: amplitude * sinf(phase))
    }

    package static let zero = Self(re: 0, im: 0)
}
