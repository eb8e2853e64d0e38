import Glibc

/// The ratio of amplitudes that decibels stand for.
func amplitude(dB: Double) -> Double { pow(10, dB / 20) }

/// A point of the plane.
func polar(_ amplitude: Double, degrees: Double) -> (re: Float, im: Float) {
    let phase = degrees * .pi / 180
    return (Float(amplitude * cos(phase)), Float(amplitude * sin(phase)))
}
