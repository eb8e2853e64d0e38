/// Follows the carrier in a complex stream by short means of it, and tells how it turns and when it is gone.
struct CarrierTracker {
    /// As for `CarrierFit`: an offset of 5 kHz turns by half a radian in a mean.
    private static let blockSeconds = 16e-6
    /// What is looked back at (*ours*): long enough for the phase to stay right over a long burst.
    private static let windowSeconds = 60e-3
    /// Fewest means with which a carrier is told.
    private static let leastBlocks = 16
    /// Part of the level above which a mean counts as ON (*ours*).
    private static let onLevel = 0.85
    /// Part of the level below which the carrier may be gone: keying leaves 5 % of it (*ours*).
    private static let lossLevel = 0.3
    /// Off for longer than this takes every device's volatile state (*ours*); keying is OFF for 67 µs at most.
    private static let holdSeconds = 100e-6
    private static let rounds = 8
    /// Means before a frame among which the level is looked for: 1 ms.
    private static let levelBlocks = 64

    private let blockSamples: Int
    private let holdBlocks: Int
    private var ring: [Complex]
    /// Means so far, of which the last `held` belong to the carrier at hand.
    private var count = 0
    private var held = 0
    private var partial = Complex.zero
    private var partialCount = 0
    /// Stretches of the stream in which something else may be stronger, in samples.
    private var deafStretches: [Range<Double>] = []
    /// Set while a carrier is known.
    private var known: (center: Complex, threshold: Double)?
    private var blocksOff = 0

    init(sampleRateHz: Double) {
        blockSamples = max(Int(Self.blockSeconds * sampleRateHz), 1)
        let blockSeconds = Double(blockSamples) / sampleRateHz
        holdBlocks = Int((Self.holdSeconds / blockSeconds).rounded(.up))
        ring = [Complex](repeating: .zero, count: max(Int(Self.windowSeconds / blockSeconds), Self.leastBlocks))
    }

    /// Leaves this stretch of the stream out of account.
    mutating func ignore(_ stretch: Range<Double>) {
        let oldest = Double((count - ring.count) * blockSamples)
        deafStretches.removeAll { $0.upperBound < oldest }
        deafStretches.append(stretch)
    }

    /// Takes interleaved samples.
    /// - Returns: the sample at which the carrier that was known has been gone for long enough, if it is.
    mutating func take(_ interleaved: UnsafeBufferPointer<Float>) -> Int? {
        var lost: Int?
        var index = 0
        while index + 1 < interleaved.count {
            let end = min(index + 2 * (blockSamples - partialCount), interleaved.count & ~1)
            partialCount += (end - index) / 2
            var (re, im): (Float, Float) = (0, 0)
            while index < end {
                re += interleaved[index]
                im += interleaved[index + 1]
                index += 2
            }
            partial += Complex(Double(re), Double(im))
            guard partialCount == blockSamples else { break }
            if append(partial * (1 / Double(blockSamples))) { lost = count * blockSamples }
            partial = .zero
            partialCount = 0
        }
        return lost
    }

    /// Takes a mean; true when the carrier is lost with it.
    private mutating func append(_ mean: Complex) -> Bool {
        ring[count % ring.count] = mean
        count += 1
        held = min(held + 1, ring.count)
        guard let known, (mean - known.center).magnitude < known.threshold, !isDeaf(count - 1) else {
            blocksOff = 0
            return false
        }
        blocksOff += 1
        guard blocksOff >= holdBlocks else { return false }
        self.known = nil
        blocksOff = 0
        held = 0
        return true
    }

    private func isDeaf(_ block: Int) -> Bool {
        let from = Double(block * blockSamples)
        return deafStretches.contains { $0.lowerBound < from + Double(blockSamples) && from < $0.upperBound }
    }
}

// MARK: - The carrier at hand

extension CarrierTracker {
    /// A mean of ON carrier, and its place.
    private struct Mean {
        var place: Int
        var value: Complex
    }

    /// The carrier around a frame, without the DC offset; it is watched for its end from now on.
    /// - Parameter center: the DC offset as the keying of the frame has shown it.
    mutating func carrier(around frame: R2DFrame, center: Complex) -> Carrier? {
        let means = latestMeans(center: center)
        // Keying may be too fast for a mean to be all ON: the carrier before the frame counts too.
        let recent = Int(frame.startSample) / blockSamples - Self.levelBlocks
        let level = means.lazy.filter { $0.place >= recent }.map(\.value.magnitude).max() ?? 0
        guard level > 0 else { return nil }
        var off = 0
        let begin = means.lastIndex { mean in
            off = mean.value.magnitude < Self.lossLevel * level ? off + 1 : 0
            return off >= holdBlocks
        }
        let on = means[(begin ?? 0)...].filter { $0.value.magnitude > Self.onLevel * level }
        guard let carrier = fit(on) else { return nil }
        known = (center, Self.lossLevel * carrier.level)
        blocksOff = 0
        return carrier
    }

    private func latestMeans(center: Complex) -> [Mean] {
        (count - held..<count).compactMap { place in
            isDeaf(place) ? nil : Mean(place: place, value: ring[place % ring.count] - center)
        }
    }

    private func fit(_ means: [Mean]) -> Carrier? {
        guard means.count >= Self.leastBlocks, let first = means.first?.place, let last = means.last?.place else {
            return nil
        }
        var turn = Self.turnPerBlock(means, span: last - first)
        let middle = means.reduce(0.0) { $0 + Double($1.place) } / Double(means.count)
        let scale = 2 / Double(last - first)
        // Below one turn a constant and the carrier look alike; the constant then stays where keying has shown it.
        let fitsOffset = abs(turn) * Double(last - first) > 2 * .pi
        var level = Complex.zero
        for _ in 0..<Self.rounds {
            var sums = CarrierSums()
            for mean in means {
                let place = Double(mean.place) - middle
                sums.add(mean.value, phasor: Complex(angle: turn * place), ramp: place * scale)
            }
            let (found, ramp, _) = sums.solution(fitsOffset: fitsOffset)
            level = found
            let error = (ramp / found).im * scale
            guard error.isFinite else { return nil }
            turn += error
            if abs(error) * Double(last - first) < 1e-6 { break }
        }
        // A mean stands for the middle of its block.
        return Carrier(
            sample: (middle + 0.5) * Double(blockSamples), phase: level.angle, turn: turn / Double(blockSamples),
            level: level.magnitude)
    }

    /// Phase advance per block: from neighbours first, then from ever wider distances.
    private static func turnPerBlock(_ means: [Mean], span: Int) -> Double {
        var turn = 0.0
        var distance = 1
        while distance <= span / 2 {
            var sum = Complex.zero
            var later = 0
            for mean in means {
                while later < means.count, means[later].place < mean.place + distance { later += 1 }
                guard later < means.count else { break }
                if means[later].place == mean.place + distance { sum += means[later].value * mean.value.conjugate }
            }
            turn += (sum * Complex(angle: -turn * Double(distance))).angle / Double(distance)
            distance *= 2
        }
        return turn.isFinite ? turn : 0
    }
}
