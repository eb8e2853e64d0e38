import AIoTAir
import AIoTBase
import AIoTCapture
import AIoTPhy

/// What the receiver hears, made sample by sample: `(leak * drift + reflections) * carrier`, then the impairments.
final class Scene {
    /// A device's burst on the air.
    private struct Burst {
        var waveform: KeyedWaveform
        /// The difference of the device's two states.
        var gain: (re: Float, im: Float)
        var startSample: Double
        var endSample: Double
    }

    private let leak: (re: Float, im: Float)
    private let impairments: Impairments
    private let sampleRateHz: Double
    private let sink: (UnsafeBufferPointer<Float>) -> Void
    private var bursts: [Burst] = []
    /// Samples so far.
    private(set) var position = 0
    var isCarrierOn = false

    /// Samples that are made at once.
    private static let blockLength = 8_192
    private var carrier = [Float](repeating: 0, count: blockLength)
    private var received = [Float](repeating: 0, count: 2 * blockLength)

    /// - Parameter standing: what devices reflect while they are at rest; it stands in the leak for good.
    init(script: SynthScript, standing: (re: Float, im: Float), sink: @escaping (UnsafeBufferPointer<Float>) -> Void) {
        let channel = script.channel
        var generator = SeededGenerator(seed: script.seed ^ 0x1EAF)
        let leak = polar(channel.leak, degrees: 360 * generator.uniform())
        self.leak = (leak.re + standing.re, leak.im + standing.im)
        sampleRateHz = script.sampleRateHz
        self.sink = sink
        var impairments = Impairments(
            sampleRateHz: script.sampleRateHz, seed: script.seed, deviceAmplitude: Float(channel.deviceAmplitude))
        impairments.leakDrift = channel.leakDrift
        impairments.impulses = channel.impulses
        impairments.carrierOffsetHz = channel.carrierOffsetHz
        impairments.dcOffset = (Float(channel.dcOffset.re), Float(channel.dcOffset.im))
        if let snrDB = channel.snrDB { impairments.setNoise(snrDB: snrDB, bitRateHz: channel.bitRateHz) }
        impairments.quantisation = script.converterBits.map { Impairments.Quantisation(bits: $0) }
        self.impairments = impairments
    }

    /// Puts a burst on the air, now or later.
    func add(_ waveform: KeyedWaveform, gain: (re: Float, im: Float), startSample: Double) {
        let end = startSample + waveform.seconds * sampleRateHz + 1
        bursts.append(Burst(waveform: waveform, gain: gain, startSample: startSample, endSample: end))
    }

    /// Makes samples up to `end`, the carrier keyed by a frame where there is one.
    func advance(toSample end: Int, keying: (waveform: KeyedWaveform, start: Int)? = nil) {
        while position < end {
            let count = min(Self.blockLength, end - position)
            carrier.withUnsafeMutableBufferPointer { levels in
                received.withUnsafeMutableBufferPointer { samples in
                    let levels = UnsafeMutableBufferPointer(rebasing: levels[0..<count])
                    levels.update(repeating: isCarrierOn ? 1 : 0)
                    keying?.waveform.render(
                        into: levels, firstSample: position, startSample: Double(keying?.start ?? 0),
                        sampleRateHz: sampleRateHz)
                    let samples = UnsafeMutableBufferPointer(rebasing: samples[0..<2 * count])
                    samples.update(repeating: 0)
                    mix(carrier: UnsafeBufferPointer(levels), reflection: samples)
                }
            }
        }
    }

    /// Makes the next samples out of the carrier and, in place, the reflection of devices of somebody else's at a carrier
    /// of 1.
    func mix(carrier: UnsafeBufferPointer<Float>, reflection samples: UnsafeMutableBufferPointer<Float>) {
        guard samples.count == 2 * carrier.count else { return }
        for burst in bursts where burst.startSample < Double(position + carrier.count) {
            burst.waveform.add(
                gain: burst.gain, to: samples, firstSample: position, startSample: burst.startSample,
                sampleRateHz: sampleRateHz)
        }
        impairments.forEachLeakFactor(firstSample: position, count: carrier.count) { index, factor in
            let level = carrier[index]
            let re = leak.re * factor.re - leak.im * factor.im
            let im = leak.re * factor.im + leak.im * factor.re
            samples[2 * index] = (samples[2 * index] + re) * level
            samples[2 * index + 1] = (samples[2 * index + 1] + im) * level
        }
        impairments.apply(to: samples, firstSample: position)
        position += carrier.count
        bursts.removeAll { $0.endSample < Double(position) }
        sink(UnsafeBufferPointer(samples))
    }
}

extension SynthScript {
    /// Of the receiver's converter: the datatype's, or fewer; nil: samples are floats.
    fileprivate var converterBits: Int? {
        let stored: Int? =
            switch format {
            case .cf32le: nil
            case .ci16le: 16
            case .ci8, .cu8: 8
            }
        guard let asked = channel.converterBits else { return stored }
        return min(asked, stored ?? asked)
    }
}
