/// What a device with an oscillator of its own takes from a stream: R2D frames, the carrier that they ride on, and its
/// end.
package struct CarrierReceiver {
    package enum Event: Hashable, Sendable {
        /// A frame, and the carrier around it; nil when it cannot be told.
        case frame(R2DFrame, Carrier?)
        /// The carrier has been off for longer than a device keeps its session (`spec/1 "Steps"`).
        case carrierLost
    }

    private var demodulator: R2DDemodulator
    private var tracker: CarrierTracker

    package init(profile: AirProfile, sampleRateHz: Double) {
        demodulator = R2DDemodulator(profile: profile, sampleRateHz: sampleRateHz)
        tracker = CarrierTracker(sampleRateHz: R2DDemodulator.usable(sampleRateHz))
    }

    /// Samples taken so far.
    package var sampleCount: Int { demodulator.sampleCount }

    /// Expects a burst of the listener's own in this stretch of the stream, in samples: it says nothing of the carrier.
    package mutating func ignore(_ stretch: Range<Double>) { tracker.ignore(stretch) }

    /// Takes interleaved complex samples, a block of at most a few milliseconds.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [Event] {
        let lost = tracker.take(interleaved)
        let frames = demodulator.push(interleaved)
        guard lost != nil || !frames.isEmpty else { return [] }
        var events = frames.map { frame in
            Event.frame(
                frame, frame.crcRight ? tracker.carrier(around: frame, center: demodulator.center ?? .zero) : nil)
        }
        if let lost {
            let before = frames.prefix { $0.endSample < Double(lost) }.count
            events.insert(.carrierLost, at: before)
        }
        return events
    }
}
