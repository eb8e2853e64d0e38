import AIoTBase
package import AIoTPhy

/// How fast this machine decodes.
package enum ReceiverSpeed {
    private static let blockSamples = 8_192

    /// Samples that one thread of the receiver takes in a second, measured for about `duration`.
    ///
    /// The stream is what an inventory has most of: R2D frames one after the other, each with four occasions that hold
    /// nothing but noise.
    package static func samplesPerSecond(
        sampleRateHz: Double, for duration: Duration = .seconds(1), profile: AirProfile = .oursV0
    ) -> Double {
        let bursts = (0..<4).map { position in
            ExpectedBurst(
                format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, transportBlockOctets: 2),
                delay: .microseconds(250 + 1_250 * Int64(position)), timePosition: position)
        }
        let stream = stream(sampleRateHz, profile)
        var receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz) { _ in bursts }
        let clock = ContinuousClock()
        let start = clock.now
        repeat { _ = receiver.push(stream) } while clock.now - start < duration
        let seconds = (clock.now - start) / .seconds(1)
        return Double(receiver.sampleCount) / seconds
    }

    /// 10 ms: a carrier with noise 40 dB below it, keyed by an Access Trigger.
    private static func stream(_ sampleRateHz: Double, _ profile: AirProfile) -> [Float] {
        var levels = [Float](repeating: 1, count: max(Int(sampleRateHz / 100), blockSamples))
        if let waveform = try? R2DModulator.waveform(of: [0x10, 0x01], chipsPerSymbol: 6, in: profile) {
            levels.withUnsafeMutableBufferPointer { buffer in
                waveform.render(into: buffer, firstSample: 0, startSample: 100, sampleRateHz: sampleRateHz)
            }
        }
        var random = SeededGenerator(seed: 1)
        return levels.flatMap { level in
            let noise = (0..<2).map { _ in Float(random.uniform() - 0.5) * 0.024 }
            return [level + noise[0], noise[1]]
        }
    }
}
