import AIoTBase
import AIoTPhy
import Foundation

/// A window as the reader's receiver hears it: leak, DC, common offset, devices, noise.
struct Scene {
    struct Device {
        var message: [UInt8]
        var format: D2RBurstFormat
        var clockError = 0.0
        /// Against the nominal start, seconds.
        var late = 0.0
        /// Half the distance of the reflection states, relative to the scene's.
        var level = 1.0
        var phase = 1.1
        var reflection = ReflectionKind.onOff
        /// Nominal start after sample 0, seconds.
        var delay = 1e-3
    }

    var profile = AirProfile.oursV0
    var rate = 1.92e6
    var devices: [Device] = []
    /// Half the distance of the reflection states of a device of level 1; the leak is 1.
    var amplitude = 0.03
    var snrDB = 15.0
    var dc = (re: 0.05, im: -0.08)
    var offsetHz = 0.0
    /// Keying of the reader's carrier and where it starts, in samples.
    var keying: [(KeyedWaveform, Double)] = []
    var seconds: Double?
    var impairments = Impairments()

    func samples(seed: UInt64) -> [Float] {
        let length = devices.map { $0.delay + 1.05 * $0.format.duration(in: profile).seconds }.max() ?? 0
        let count = Int((seconds ?? (length + 0.5e-3)) * rate)
        var states = [Float](repeating: 0, count: 2 * count)
        for device in devices { add(device, to: &states) }
        var carrier = [Float](repeating: 1, count: count)
        for (wave, start) in keying {
            let first = max(Int(start), 0)
            let end = min(Int(start + wave.seconds * rate) + 2, count)
            carrier.withUnsafeMutableBufferPointer {
                wave.render(
                    into: UnsafeMutableBufferPointer(rebasing: $0[first..<end]), firstSample: first,
                    startSample: start, sampleRateHz: rate)
            }
        }
        var noise = GaussianNoise(seed: seed, deviation: noiseDeviation)
        let step = 2 * Double.pi * offsetHz / rate
        let gains = impairments.leakGains(count: count, rate: rate, seed: seed)
        for index in 0..<count {
            let angle = step * Double(index)
            let (c, s) = (Float(cos(angle)), Float(sin(angle)))
            let gain = gains?[index] ?? (re: 1, im: 0)
            let re = (states[2 * index] + 0.8 * gain.re - 0.6 * gain.im) * carrier[index]
            let im = (states[2 * index + 1] + 0.6 * gain.re + 0.8 * gain.im) * carrier[index]
            states[2 * index] = re * c - im * s + Float(dc.re + noise.next())
            states[2 * index + 1] = re * s + im * c + Float(dc.im + noise.next())
        }
        impairments.addImpulses(to: &states, rate: rate, amplitude: amplitude, seed: seed)
        impairments.quantise(&states)
        return states
    }

    /// Per real dimension of a sample.
    private var noiseDeviation: Double {
        let bitRate = devices.first?.format.bitRateHz(in: profile) ?? 60_000
        let power = amplitude * amplitude * rate / bitRate / pow(10, snrDB / 10)
        return (power / 2).squareRoot()
    }

    private func add(_ device: Device, to states: inout [Float]) {
        guard
            let wave = try? D2RModulator.waveform(
                of: device.message, format: device.format, clockError: device.clockError,
                reflection: device.reflection, in: profile)
        else { return }
        let scale = amplitude * device.level * (device.reflection == .onOff ? 2 : 1)
        let gain = (re: Float(scale * cos(device.phase)), im: Float(scale * sin(device.phase)))
        states.withUnsafeMutableBufferPointer {
            wave.add(
                gain: gain, to: $0, firstSample: 0, startSample: (device.delay + device.late) * rate,
                sampleRateHz: rate)
        }
    }

    /// What a receiver reports that was told of `bursts` after sample 0.
    func reports(_ bursts: [ExpectedBurst], seed: UInt64) -> [OccasionReport] {
        var receiver = StreamReceiver(profile: profile, sampleRateHz: rate)
        receiver.expect(bursts, afterSample: 0)
        let events = receiver.push(samples(seed: seed)) + receiver.finish()
        var reports = [OccasionReport](repeating: .idle, count: bursts.count)
        for case .occasion(let result) in events { reports[result.index] = result.report }
        return reports
    }

    /// Puts an R2D frame before everything: what is late by it moves.
    /// - Returns: the octets of the frame; its end in seconds.
    mutating func precede(by octets: [UInt8] = [0x57, 0, 1], chipsPerSymbol: Int = 12) -> Double {
        guard let wave = try? R2DModulator.waveform(of: octets, chipsPerSymbol: chipsPerSymbol, in: profile) else {
            return 0
        }
        let start = 0.3e-3
        keying = [(wave, start * rate)]
        let end = start + wave.seconds
        for index in devices.indices { devices[index].delay += end }
        return end
    }

    /// What a receiver reports that is told of `bursts` by the frame; nil for those whose frame it has not heard.
    func reportsAfterFrame(_ bursts: [ExpectedBurst], seed: UInt64) -> [OccasionReport?] {
        var receiver = StreamReceiver(profile: profile, sampleRateHz: rate) { _ in bursts }
        let events = receiver.push(samples(seed: seed)) + receiver.finish()
        var reports = [OccasionReport?](repeating: nil, count: bursts.count)
        for case .occasion(let result) in events { reports[result.index] = result.report }
        return reports
    }

    /// What a receiver reports that expects exactly the first device's burst.
    func report(seed: UInt64) -> OccasionReport {
        guard let first = devices.first else { return .idle }
        return reports([expected(first.format, delay: first.delay)], seed: seed)[0]
    }

    func expected(_ format: D2RBurstFormat, delay: Double, frequencyPosition: Int = 0) -> ExpectedBurst {
        ExpectedBurst(format: format, delay: AirDuration(seconds: delay), frequencyPosition: frequencyPosition)
    }
}

extension OccasionReport {
    var burst: ReceivedBurst? {
        bursts.first
    }
}

/// Normal deviates by Box and Muller.
struct GaussianNoise {
    private var generator: SeededGenerator
    private let deviation: Double
    private var spare: Double?

    init(seed: UInt64, deviation: Double) {
        generator = SeededGenerator(seed: seed)
        self.deviation = deviation
    }

    mutating func next() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let radius = deviation * (-2 * log(1 - generator.uniform())).squareRoot()
        let angle = 2 * Double.pi * generator.uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }
}
