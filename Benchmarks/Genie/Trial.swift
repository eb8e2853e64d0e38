package import AIoTBase
package import AIoTPhy
import Glibc

/// One burst on the air: drawn once, then heard at any SNR with the same noise, by the receiver and by a genie.
///
/// The scene is that of the tests: a leak 30 dB above the device, a DC offset, a clock error and a start drawn from what
/// the specification allows (`spec/2 "Timing"`).
package struct Trial {
    package struct Setup {
        package var format: D2RBurstFormat
        package var reflection: ReflectionKind
        /// Samples per nominal half-period of the stream.
        package var samplesPerHalf = 8.0
        /// Nominal start after the R2D frame; a device is early or late by up to `startError` of it.
        package var delay = AirDuration(seconds: 1e-3)
        package var clockError = 0.02
        package var startError = 0.02
        package var profile = AirProfile.oursV0

        package init(_ format: D2RBurstFormat, _ reflection: ReflectionKind = .onOff, samplesPerHalf: Double = 8) {
            self.format = format
            self.reflection = reflection
            self.samplesPerHalf = samplesPerHalf
        }

        package var rateHz: Double {
            samplesPerHalf * format.bitRateHz(in: profile) * Double(2 * format.subcarrierPeriods)
        }
        /// End of the R2D frame in samples, so that little idle carrier comes before the window.
        package var origin: Double { 8 - (delay.seconds / 1.02 - 110e-6) * rateHz }
    }

    /// Half the distance of the reflection states; the leak is 1.
    private static let amplitude = 0.0316

    package let setup: Setup
    package let message: [UInt8]
    package let clockError: Double
    /// First edge in samples.
    package let start: Double
    private let phase: Double
    /// The reflection, -1 absorbing and 1 reflecting.
    private let levels: [Float]
    /// Interleaved, of variance 1 in each dimension.
    private let noise: [Float]

    /// The burst that `seed` draws.
    package init(_ setup: Setup, seed: UInt64, normals: Normals) {
        self.setup = setup
        let profile = setup.profile
        var generator = SeededGenerator(seed: seed)
        message = generator.octets(setup.format.transportBlockOctets)
        clockError = setup.clockError * (2 * generator.uniform() - 1)
        let late = setup.startError * (2 * generator.uniform() - 1)
        start = setup.origin + setup.delay.seconds * (1 + late) * setup.rateHz
        phase = 2 * Double.pi * generator.uniform()
        let end = (setup.delay + setup.format.duration(in: profile)).seconds / 0.98 + 40e-6
        var levels = [Float](repeating: -1, count: Int(setup.origin + end * setup.rateHz))
        if let wave = try? D2RModulator.waveform(
            of: message, format: setup.format, clockError: clockError, reflection: .twoPhase, in: profile)
        {
            let start = start
            levels.withUnsafeMutableBufferPointer {
                wave.render(into: $0, firstSample: 0, startSample: start, sampleRateHz: setup.rateHz)
            }
        }
        self.levels = levels
        let count = levels.count
        var noise = [Float](repeating: 0, count: 2 * count)
        var source = Normals(seed: generator.next(), sharing: normals)
        source.fill(&noise)
        self.noise = noise
    }

    /// Deviation of the noise in each dimension of a sample.
    private func deviation(_ snrDB: Double) -> Double {
        let bitSamples = setup.rateHz / setup.format.bitRateHz(in: setup.profile)
        return Self.amplitude * (bitSamples / pow(10, snrDB / 10) / 2).squareRoot()
    }

    /// The interleaved samples at `snrDB` per bit.
    package func samples(snrDB: Double) -> [Float] {
        let rest: Float = setup.reflection == .onOff ? 1 : 0
        let gain = (re: Float(Self.amplitude * cos(phase)), im: Float(Self.amplitude * sin(phase)))
        let deviation = Float(deviation(snrDB))
        return [Float](unsafeUninitializedCapacity: noise.count) { samples, count in
            for index in levels.indices {
                let level = levels[index] + rest
                samples[2 * index] = 0.85 + level * gain.re + deviation * noise[2 * index]
                samples[2 * index + 1] = 0.52 + level * gain.im + deviation * noise[2 * index + 1]
            }
            count = noise.count
        }
    }

    /// What the receiver makes of it.
    package func report(snrDB: Double) -> OccasionReport {
        reports([ExpectedBurst(format: setup.format, delay: setup.delay)], snrDB: snrDB).first ?? .idle
    }

    /// What a receiver that expects `bursts` makes of it.
    package func reports(_ bursts: [ExpectedBurst], snrDB: Double) -> [OccasionReport] {
        var receiver = StreamReceiver(profile: setup.profile, sampleRateHz: setup.rateHz)
        receiver.expect(bursts, afterSample: setup.origin)
        let events = receiver.push(samples(snrDB: snrDB)) + receiver.finish()
        var reports = bursts.map { _ in OccasionReport.idle }
        for case .occasion(let result) in events { reports[result.index] = result.report }
        return reports
    }

    /// The genie's matched-filter output of each channel bit, 0 positive: it knows start, clock, phase, leak and DC, and
    /// holds each bit against the samples that the bit alone would make.
    package func genieOutputs(snrDB: Double) -> [Double] {
        let (c, s) = (Float(cos(phase)), Float(sin(phase)))
        let scale = Float(deviation(snrDB) / Self.amplitude)
        var sums = [Double](repeating: 0, count: levels.count + 1)
        for index in levels.indices {
            let along = c * noise[2 * index] + s * noise[2 * index + 1]
            sums[index + 1] = sums[index] + Double(levels[index] + scale * along)
        }
        let halves = 2 * setup.format.subcarrierPeriods
        let bits = setup.format.channelBits(in: setup.profile)
        let half = setup.samplesPerHalf / (1 + clockError)
        // Beyond its last edge the device rests absorbing; that is known and taken out of the last sample.
        let end = start + Double(bits * halves) * half
        let last = Int(end)
        for index in last + 1..<sums.count { sums[index] += Double(last + 1) - end }
        // A sample's part before a place, as the waveform is weighted by area.
        let edges = (0...bits * halves).map { edge -> Double in
            let place = start + Double(edge) * half
            let index = Int(place)
            return sums[index] + (place - Double(index)) * (sums[index + 1] - sums[index])
        }
        return (0..<bits).map { bit in
            (0..<halves).reduce(0) { sum, index in
                let part = edges[bit * halves + index + 1] - edges[bit * halves + index]
                return sum + (index.isMultiple(of: 2) ? part : -part)
            }
        }
    }

    /// The bits as sent.
    package var sent: [UInt8] {
        (try? D2RCoding.burstBits(of: message, format: setup.format, in: setup.profile)) ?? []
    }

    /// Whether the genie reads the message: with the receiver's decoder and CRC.
    package func genieReads(snrDB: Double) -> Bool {
        let soft = zip(genieOutputs(snrDB: snrDB), setup.format.codedPlaces(in: setup.profile)).compactMap {
            $1 ? Float($0) : nil
        }
        let decoded = D2RCoding.decoded(soft, format: setup.format, in: setup.profile)
        return decoded.crcRight && decoded.octets == message
    }
}

extension D2RBurstFormat {
    /// For each channel bit whether it is a coded one.
    fileprivate func codedPlaces(in profile: AirProfile) -> [Bool] {
        let coded = codedBits(in: profile)
        let known = profile.d2rMidamble.map { _ in false }
        return profile.d2rPreamble.map { _ in false }
            + (0..<coded).flatMap { index in
                midamble && index > 0 && index.isMultiple(of: profile.d2rMidambleSpacing) ? known + [true] : [true]
            }
    }
}
