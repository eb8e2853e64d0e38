package import RadioFrontEnd
package import StreamFrontEnd
import Synchronization
package import Transceiver

/// A tap that takes others on and lets them go while the front end runs.
///
/// The thread of the radio takes the lock for as long as a reference is copied, and so does everybody else: what allocates
/// or waits does so outside it, on the thread of who switches. While nothing is switched on, samples cost the look at a flag.
package final class SwitchableTap: ReceiveTap {
    /// What is switched on.
    private struct Current: Sendable {
        var tap: any ReceiveTap
        /// The radio's number of its first sample, which counts from zero; nil: none has come yet.
        var origin: Int64?
    }

    private struct State: Sendable {
        /// Of the stream; nil before it has begun.
        var form: (format: StreamFormat, sampleRateHz: Double)?
        /// How often it has begun.
        var starts = 0
        var current: Current?
    }

    /// Taps that are on for the life of the front end.
    private let fixed: (any ReceiveTap)?
    private let state = Mutex(State())
    private let isOn = Atomic<Bool>(false)

    /// - Parameter fixed: gets everything from the beginning.
    package init(_ fixed: (any ReceiveTap)? = nil) { self.fixed = fixed }

    /// Gives `tap` all that comes from now on, as if the stream began with it, in place of what was on before.
    ///
    /// The tap is told of the stream's start on the calling thread, so that what it allocates is there before a sample comes.
    package func switchOn(_ tap: any ReceiveTap) {
        var told = 0
        while true {
            let (form, starts) = state.withLock { ($0.form, $0.starts) }
            if let form, starts != told { tap.started(format: form.format, sampleRateHz: form.sampleRateHz) }
            told = starts
            let isDone = state.withLock { state in
                guard state.starts == told else { return false }
                state.current = Current(tap: tap)
                return true
            }
            guard !isDone else { break }
        }
        isOn.store(true, ordering: .releasing)
    }

    /// Whatever is on gets nothing more but a call that is under way.
    package func switchOff() {
        isOn.store(false, ordering: .releasing)
        // What goes with the reference is freed here, not on the thread of the radio.
        let last = state.withLock { state in
            defer { state.current = nil }
            return state.current
        }
        withExtendedLifetime(last) {}
    }

    // MARK: The thread of the radio

    package func started(format: StreamFormat, sampleRateHz: Double) {
        fixed?.started(format: format, sampleRateHz: sampleRateHz)
        let tap = state.withLock { state in
            state.form = (format, sampleRateHz)
            state.starts += 1
            state.current?.origin = 0
            return state.current?.tap
        }
        tap?.started(format: format, sampleRateHz: sampleRateHz)
    }

    package func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        fixed?.received(octets, firstSample: firstSample)
        guard isOn.load(ordering: .acquiring) else { return }
        let current = state.withLock { state in
            if state.current != nil, state.current?.origin == nil { state.current?.origin = firstSample }
            return state.current
        }
        guard let current else { return }
        current.tap.received(octets, firstSample: firstSample &- (current.origin ?? 0))
    }

    package func lost(samples: Int64?) {
        fixed?.lost(samples: samples)
        // Before its first sample a gap is none.
        guard let current, current.origin != nil else { return }
        current.tap.lost(samples: samples)
    }

    package func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>) {
        fixed?.ended(outcome, receiveSamples: receiveSamples)
        guard let current, let origin = current.origin, receiveSamples.lowerBound >= origin else { return }
        current.tap.ended(
            outcome, receiveSamples: receiveSamples.lowerBound &- origin..<receiveSamples.upperBound &- origin)
    }

    private var current: Current? { isOn.load(ordering: .acquiring) ? state.withLock { $0.current } : nil }
}
