package import AIoTPhy
package import Transceiver

/// What the transmit stream holds at each sample of the transmit counter: nothing, the carrier, or a frame keyed into it.
///
/// It is rendered in the order of the counter; what is asked for applies from the first sample that has not been rendered.
/// The carrier is held without a gap between frames. A frame that is placed while the carrier is off brings its own, with
/// the time before it that devices need.
package struct TransmitTimeline {
    private struct Frame {
        let waveform: KeyedWaveform
        let samples: Range<Int>
        /// Where the carrier is on for its sake.
        let carrier: Range<Int>
    }

    /// The carrier is on this long before a first frame (*ours*: as in the simulated air).
    package static let leadSeconds = 0.000_3
    /// How long the carrier is left out so that every device notices (*ours*).
    package static let breakSeconds = 0.02
    /// Between the first sample that has not been rendered and a frame (*ours*).
    private static let marginSeconds = 0.000_02
    /// How long a carrier of a frame's own is held after it (*ours*).
    private static let tailSeconds = 0.000_1
    /// Frames that may be under way at once.
    private static let limit = 4

    private let encoder: SampleEncoder
    private let sampleRateHz: Double
    /// The first sample that has not been rendered.
    package private(set) var rendered = 0
    package private(set) var isCarrierOn = false
    /// The first sample at which the carrier may be on, and since when it is on without a gap.
    private var carrierFrom = 0
    private var frames: [Frame] = []
    /// While the carrier is off: where the last one ends that was sent or is due.
    private var lastEnd = 0

    /// No carrier is sent from this sample on, as far as it is known by now.
    package var lastOn: Int { isCarrierOn ? rendered : lastEnd }

    /// - Parameter amplitude: of the carrier, as part of full scale.
    package init(format: StreamFormat, sampleRateHz: Double, amplitude: Float) {
        encoder = SampleEncoder(format: format, amplitude: amplitude)
        self.sampleRateHz = sampleRateHz
    }

    /// Begins to count anew with the carrier off, as streaming does.
    package mutating func restart() {
        rendered = 0
        isCarrierOn = false
        carrierFrom = 0
        lastEnd = 0
        frames.removeAll(keepingCapacity: true)
    }

    /// Switches the carrier; off also takes the frames that are not over, and lasts until every device has noticed.
    package mutating func setCarrier(isOn: Bool) {
        guard isOn != isCarrierOn else { return }
        isCarrierOn = isOn
        lastEnd = max(lastEnd, rendered)
        if isOn { carrierFrom = max(carrierFrom, rendered) } else { interrupt() }
    }

    /// Leaves the carrier out for `seconds`, and all frames with it: an interruption that every device notices.
    package mutating func interrupt(seconds: Double = breakSeconds) {
        frames.removeAll(keepingCapacity: true)
        carrierFrom = rendered + samples(seconds)
    }

    /// Keeps the carrier off for `seconds` after what has been placed.
    package mutating func rest(seconds: Double) {
        if !isCarrierOn { carrierFrom = max(carrierFrom, lastEnd + samples(seconds)) }
    }

    /// Places a frame as early as possible, and not before `sample`.
    /// - Returns: its samples; nil when too many frames wait.
    package mutating func place(_ waveform: KeyedWaveform, notBefore sample: Int = 0) -> Range<Int>? {
        frames.removeAll { $0.carrier.upperBound <= rendered }
        guard frames.count < Self.limit, waveform.seconds.isFinite, waveform.seconds < 60 else { return nil }
        let lead = samples(Self.leadSeconds)
        let begin = max(rendered, carrierFrom, frames.last?.carrier.upperBound ?? 0)
        let earliest =
            isCarrierOn ? max(begin + samples(Self.marginSeconds), carrierFrom + lead) : begin + lead
        let start = max(earliest, min(sample, earliest + samples(60)))
        let frame = start..<start + Int((waveform.seconds * sampleRateHz).rounded(.up))
        frames.append(
            Frame(
                waveform: waveform, samples: frame,
                carrier: start - lead..<frame.upperBound + samples(Self.tailSeconds)))
        lastEnd = max(lastEnd, frame.upperBound + samples(Self.tailSeconds))
        return frame
    }

    /// Writes the samples from `firstSample` on into `octets`, whole ones.
    package mutating func render(into octets: UnsafeMutableRawBufferPointer, firstSample: Int64) {
        let first = Int(clamping: min(max(firstSample, 0), 1 << 52))
        let block = first..<first + octets.count / encoder.octetsPerSample
        let on = isCarrierOn ? min(max(carrierFrom, block.lowerBound), block.upperBound) : block.upperBound
        fill(block.lowerBound..<on, of: block, in: octets, level: 0)
        fill(on..<block.upperBound, of: block, in: octets, level: 1)
        for frame in frames {
            // A frame's own carrier; the one that is held lies there already.
            if !isCarrierOn { fill(frame.carrier.clamped(to: block), of: block, in: octets, level: 1) }
            let part = frame.samples.clamped(to: block)
            guard !part.isEmpty else { continue }
            frame.waveform.forEachRun(
                firstSample: part.lowerBound, count: part.count, startSample: Double(frame.samples.lowerBound),
                sampleRateHz: sampleRateHz
            ) { offset, length, level in
                let begin = part.lowerBound + offset
                fill(begin..<begin + length, of: block, in: octets, level: level)
            }
        }
        rendered = max(rendered, block.upperBound)
    }

    private func samples(_ seconds: Double) -> Int { Int((seconds * sampleRateHz).rounded(.up)) }

    /// Fills `part` of `block`, which `octets` hold, with one level.
    private func fill(_ part: Range<Int>, of block: Range<Int>, in octets: UnsafeMutableRawBufferPointer, level: Float)
    {
        guard !part.isEmpty else { return }
        let size = encoder.octetsPerSample
        let begin = (part.lowerBound - block.lowerBound) * size
        encoder.fill(UnsafeMutableRawBufferPointer(rebasing: octets[begin..<begin + part.count * size]), level: level)
    }
}
