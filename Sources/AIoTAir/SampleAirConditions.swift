/// What the simulated channel does to waveforms.
package struct SampleAirConditions: Sendable {
    /// SNR per bit of a device of power 0 dB at `bitRateHz` (`spec/2 "What the receiver hears"`).
    package var snrDB = 20.0
    /// Channel bits per second that `snrDB` is meant for: a burst at half this rate has 3 dB more.
    package var bitRateHz = 60_000.0
    /// Device powers are uniform within plus and minus this many dB.
    package var powerSpreadDB = 3.0
    /// Power of a device of 0 dB (half the distance of its states, squared) relative to the carrier leak.
    package var deviceToLeakDB = -30.0
    /// Amplitude of the leak in the received samples.
    package var leakAmplitude: Float = 0.5
    /// DC offset of the receiver.
    package var dcOffset: (re: Float, im: Float) = (0.01, -0.02)
    /// Common frequency offset of receiver and carrier source.
    package var carrierOffsetHz = 0.0
    /// A leak that wanders; nil: it stands.
    package var leakDrift: Impairments.LeakDrift?
    /// Impulses in the receiver; nil: none.
    package var impulses: Impairments.Impulses?
    /// The steps of the receiver's converter; nil: none.
    package var quantisation: Impairments.Quantisation?

    package init() {}
}
