/// The reader's carrier as it is heard in one place: a phasor that turns with the difference of two crystals.
package struct Carrier: Hashable, Sendable {
    /// The place in the stream to which `phase` belongs, in samples.
    package var sample: Double
    /// In radians.
    package var phase: Double
    /// Phase advance in radians per sample.
    package var turn: Double
    /// Amplitude while ON.
    package var level: Double

    package init(sample: Double, phase: Double, turn: Double, level: Double) {
        self.sample = sample
        self.phase = phase
        self.turn = turn
        self.level = level
    }

    /// The phase at `sample` in radians, within -pi...pi.
    package func phase(at sample: Double) -> Double {
        (phase + turn * (sample - self.sample)).remainder(dividingBy: 2 * .pi)
    }
}
