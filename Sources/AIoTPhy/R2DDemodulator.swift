/// Finds and decodes R2D frames in a complex stream, in blocks of any size (`spec/2 "R2D waveform"`).
///
/// It hears them in the leak of the reader's own carrier, or as a device does. Most samples are idle carrier: they are
/// summed into blocks of a quarter of the shortest run, and only where the sums step does anything else happen. Every
/// decision is taken at an absolute sample index, so block sizes change nothing.
package struct R2DDemodulator {
    private enum State {
        case scanning
        /// A start indicator has been found; the clock acquisition part is awaited.
        case acquiring(StartIndicator.Found)
        case receiving(R2DBitReader)
    }

    private let profile: AirProfile
    private let indicator: StartIndicator
    private(set) var ring: SampleRing
    private var scanner: StepScanner
    private var state = State.scanning
    /// DC offset as the latest start indicator showed it.
    private(set) var center: Complex?

    /// Frames that were begun and lost: no clock acquisition part, or keying that broke off.
    package private(set) var lostFrames = 0

    /// Sample rates at which every M can be heard (`spec/2`); callers refuse others.
    package static let sampleRatesHz = 1e6...20e6

    /// `rate` within what the demodulators can be built for, whatever a file may say; beyond `sampleRatesHz` they hear
    /// little, but do no harm.
    static func usable(_ rate: Double) -> Double { rate.isFinite ? min(max(rate, 1e5), 1e8) : 1e5 }

    /// A demodulator of samples at `sampleRateHz`.
    package init(profile: AirProfile, sampleRateHz: Double) {
        self.profile = profile
        indicator = StartIndicator(profile: profile, sampleRateHz: Self.usable(sampleRateHz))
        let longestChip = indicator.symbol / Double(profile.r2dChipsPerSymbol.min() ?? 1)
        // Room for the indicator, the slowest clock acquisition part and as much again.
        ring = SampleRing(minimum: Int(8 * indicator.symbol + 16 * longestChip) + 2 * Self.chunk)
        scanner = StepScanner(indicator, chunk: Self.chunk)
    }

    /// Samples taken so far.
    package var sampleCount: Int { ring.end }

    /// Where the frame that is being received began; `nil` between frames.
    package var frameInProgress: Double? {
        switch state {
        case .receiving(let reader): reader.start
        case .scanning, .acquiring: nil
        }
    }

    /// Samples are looked at in pieces of at most this many.
    static let chunk = 4_096

    /// Takes interleaved complex samples and returns the frames whose last bit they held.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [R2DFrame] {
        var frames: [R2DFrame] = []
        var offset = 0
        while offset + 1 < interleaved.count {
            let count = min(interleaved.count - offset & ~1, 2 * Self.chunk)
            let part = UnsafeBufferPointer(rebasing: interleaved[offset..<offset + count])
            ring.append(part)
            scanner.take(from: ring)
            offset += count
            advance(&frames)
        }
        return frames
    }

    /// Takes a real envelope, as a device's detector gives it.
    package mutating func push(envelope: [Float]) -> [R2DFrame] {
        var interleaved = [Float](repeating: 0, count: 2 * envelope.count)
        for (index, level) in envelope.enumerated() { interleaved[2 * index] = level }
        return interleaved.withUnsafeBufferPointer { push($0) }
    }

    private mutating func advance(_ frames: inout [R2DFrame]) {
        while true {
            switch state {
            case .scanning:
                guard let edge = scanner.nextEdge(indicator) else { return }
                if let found = indicator.found(near: edge, in: ring) { state = .acquiring(found) }
            case .acquiring(let found):
                guard Double(ring.end) >= R2DBitReader.samplesNeeded(found, profile) else { return }
                if let reader = R2DBitReader(found, ring: ring, profile: profile) {
                    state = .receiving(reader)
                    center = found.center
                } else {
                    abandon(resumingAt: found.start + indicator.visibleLength)
                }
            case .receiving(var reader):
                let progress = reader.advance(in: ring, profile: profile)
                state = .receiving(reader)
                switch progress {
                case .needsSamples: return
                case .broken: abandon(resumingAt: reader.position)
                case .ended(let frame):
                    frames.append(frame)
                    resume(at: reader.position)
                }
            }
        }
    }

    private mutating func abandon(resumingAt sample: Double) {
        lostFrames += 1
        resume(at: sample)
    }

    private mutating func resume(at sample: Double) {
        scanner.resume(at: sample)
        state = .scanning
    }
}
