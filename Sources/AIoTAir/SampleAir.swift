package import AIoTBase
package import AIoTDevice
import AIoTMac
package import AIoTPhy
import Glibc

/// What the simulated channel does to waveforms.
package struct SampleAirConditions: Sendable {
    /// SNR per bit of a device of power 0 dB at `bitRateHz` (`spec/2 "What the receiver hears"`).
    package var snrDB = 20.0
    /// Channel bits per second that `snrDB` is meant for.
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

    package init() {}
}

/// The air between a reader and its devices at sample level.
///
/// The receiver hears the leak of the carrier, each device's reflection of it, a DC offset and noise:
/// `(leak + sum of h * state(t)) * carrier(t) * rotation(t) + DC + noise`. The devices hear R2D through one demodulator
/// on the carrier as transmitted; each answers on its own clock. Collisions add up by themselves.
package struct SampleAir {
    /// A burst that a device is sending or going to send.
    private struct Reflection {
        var waveform: KeyedWaveform
        var gain: (re: Float, im: Float)
        var startSample: Double
        var endSample: Double
    }

    package private(set) var devices: [Device]
    private var isPresent: [Bool]
    /// h: half the distance between a device's two states, as received with the carrier at 1.
    private let gains: [(re: Float, im: Float)]
    private let conditions: SampleAirConditions
    private let profile: AirProfile
    private let sampleRateHz: Double
    private let leak: (re: Float, im: Float)
    private let noiseDeviation: Float
    private var generator: SeededGenerator
    private var r2d: R2DDemodulator
    private var reflections: [Reflection] = []
    private var position = 0
    private var carrierIsOff = 0

    /// Carrier off for this long takes every device's volatile state (*ours*).
    package static let holdTime = AirDuration.microseconds(100)

    package init(
        devices: [Device], conditions: SampleAirConditions, profile: AirProfile, sampleRateHz: Double, seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        self.devices = devices
        isPresent = [Bool](repeating: true, count: devices.count)
        self.conditions = conditions
        self.profile = profile
        self.sampleRateHz = sampleRateHz
        let leakPhase = 2 * Double.pi * generator.uniform()
        var leak = Self.polar(Double(conditions.leakAmplitude), leakPhase)
        let half = Double(conditions.leakAmplitude) * pow(10, conditions.deviceToLeakDB / 20)
        let gains = devices.map { _ in
            let power = (2 * generator.uniform() - 1) * conditions.powerSpreadDB
            return Self.polar(half * pow(10, power / 20), 2 * .pi * generator.uniform())
        }
        // Every other device reflects in two phases: at rest it returns -h, which stands in the leak for good.
        for gain in gains.indices.filter({ !$0.isMultiple(of: 2) }).map({ gains[$0] }) {
            leak = (leak.re - gain.re, leak.im - gain.im)
        }
        self.leak = leak
        self.gains = gains
        // SNR per bit = half^2 * T_bit / N0, and N0 = noise power per complex sample / sample rate.
        let density = half * half / conditions.bitRateHz / pow(10, conditions.snrDB / 10)
        noiseDeviation = Float((density * sampleRateHz / 2).squareRoot())
        self.generator = generator
        r2d = R2DDemodulator(profile: profile, sampleRateHz: sampleRateHz)
    }

    private static func polar(_ amplitude: Double, _ phase: Double) -> (re: Float, im: Float) {
        (Float(amplitude * cos(phase)), Float(amplitude * sin(phase)))
    }

    /// Takes the carrier's amplitude as transmitted, one value a sample, and gives what the receiver hears at the same
    /// time, interleaved. `received` has twice as many elements as `carrier`.
    package mutating func process(
        carrier: UnsafeBufferPointer<Float>, received: UnsafeMutableBufferPointer<Float>
    ) {
        guard received.count == 2 * carrier.count, !carrier.isEmpty else { return }
        watchCarrier(carrier)
        for frame in r2d.push(envelope: Array(carrier)) where frame.crcRight { answer(frame) }
        for index in 0..<carrier.count {
            received[2 * index] = leak.re
            received[2 * index + 1] = leak.im
        }
        for reflection in reflections where reflection.startSample < Double(position + carrier.count) {
            reflection.waveform.add(
                gain: reflection.gain, to: received, firstSample: position, startSample: reflection.startSample,
                sampleRateHz: sampleRateHz)
        }
        applyCarrierAndNoise(carrier, received)
        position += carrier.count
        let now = Double(position)
        reflections.removeAll { $0.endSample < now }
    }

    /// Takes a device out of the field, or brings it back without a session.
    package mutating func setPresent(_ present: Bool, device index: Int) {
        guard devices.indices.contains(index) else { return }
        if !present { devices[index].carrierLost() }
        isPresent[index] = present
    }

    private mutating func watchCarrier(_ carrier: UnsafeBufferPointer<Float>) {
        let hold = Int(Self.holdTime.seconds * sampleRateHz)
        for level in carrier {
            carrierIsOff = level == 0 ? carrierIsOff + 1 : 0
            guard carrierIsOff == hold else { continue }
            for index in devices.indices { devices[index].carrierLost() }
            reflections = []
        }
    }

    private mutating func answer(_ frame: R2DFrame) {
        guard let message = try? R2DMessage(decoding: frame.octets) else { return }
        for index in devices.indices where isPresent[index] {
            guard let transmission = devices[index].receive(message),
                let waveform = try? D2RModulator.waveform(
                    of: transmission.message, format: transmission.format, clockError: devices[index].clockError,
                    in: profile)
            else { continue }
            let delay = transmission.delay.seconds / (1 + devices[index].clockError)
            let start = frame.endSample + delay * sampleRateHz
            reflections.append(
                Reflection(
                    waveform: waveform, gain: (2 * gains[index].re, 2 * gains[index].im), startSample: start,
                    endSample: start + waveform.seconds * sampleRateHz + 1))
        }
    }

    private mutating func applyCarrierAndNoise(
        _ carrier: UnsafeBufferPointer<Float>, _ received: UnsafeMutableBufferPointer<Float>
    ) {
        let step = 2 * Double.pi * conditions.carrierOffsetHz / sampleRateHz
        for index in 0..<carrier.count {
            var re = received[2 * index] * carrier[index]
            var im = received[2 * index + 1] * carrier[index]
            if step != 0 {
                let phase = (Double(position + index) * step).truncatingRemainder(dividingBy: 2 * .pi)
                let (sine, cosine) = (Float(sin(phase)), Float(cos(phase)))
                (re, im) = (re * cosine - im * sine, re * sine + im * cosine)
            }
            let noise = gaussianPair()
            received[2 * index] = re + conditions.dcOffset.re + noise.0 * noiseDeviation
            received[2 * index + 1] = im + conditions.dcOffset.im + noise.1 * noiseDeviation
        }
    }

    /// Two independent standard normal numbers (Box and Muller).
    private mutating func gaussianPair() -> (Float, Float) {
        let draw = generator.next()
        let u = Float(draw >> 40) * 0x1p-24 + 0x1p-25
        let angle = 2 * Float.pi * Float(draw & 0xFF_FFFF) * 0x1p-24
        let radius = (-2 * logf(u)).squareRoot()
        return (radius * cosf(angle), radius * sinf(angle))
    }
}
