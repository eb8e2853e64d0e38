package import AIoTBase
package import AIoTDevice
package import AIoTMac
package import AIoTPhy
import Glibc

/// The air between a reader and its devices at sample level.
///
/// The receiver hears the leak of the carrier, each device's reflection of it, a DC offset and noise:
/// `(leak + sum of h * state(t)) * carrier(t) * rotation(t) + DC + noise`. The devices hear R2D through one demodulator
/// on the carrier as transmitted; each answers on its own clock. Collisions add up by themselves. Its memory is the
/// devices, a piece of samples and the bursts under way.
package struct SampleAir {
    package private(set) var devices: [Device]
    private var isPresent: [Bool]
    /// h: half the distance between a device's two states, as received with the carrier at 1.
    private var gains: [(re: Float, im: Float)]
    /// h of a device of 0 dB.
    private let unitGain: Double
    private let leak: (re: Float, im: Float)
    private let conditions: SampleAirConditions
    private let profile: AirProfile
    private let sampleRateHz: Double
    private var noise: GaussianNoise
    /// Drift of the leak: before anything is added. The rest of it is off.
    private let drift: Impairments
    /// Impulses, between the air and the receiver, and quantisation, the last of all: nil where there is none.
    private let impulses: Impairments?
    private let converter: Impairments?
    private var r2d: R2DDemodulator
    private var reflections: [Reflection] = []
    /// Samples so far.
    private var position = 0
    /// Samples since the carrier was last on.
    private var samplesOff = 0
    /// Is told of each R2D message when the devices have taken it in, and what they are then.
    package var journal: ((R2DMessage, [Device]) -> Void)?
    /// Is told of each burst when its device has decided to send it.
    package var burstJournal: ((SentBurst) -> Void)?
    /// The carrier of one piece as complex samples, for the devices' demodulator.
    private var envelope = [Float](repeating: 0, count: 2 * pieceLength)

    /// Carrier off for this long takes every device's volatile state (*ours*).
    package static let holdTime = AirDuration.microseconds(100)
    /// Samples that are made at once.
    private static let pieceLength = 4_096

    /// What a device sends, and when.
    package struct SentBurst: Sendable {
        /// Its place among the devices.
        package var device: Int
        package var transmission: DeviceTransmission
        /// What it answers.
        package var message: R2DMessage
        /// First edge of the preamble, and the end, in samples since the start.
        package var startSample: Double
        package var endSample: Double
    }

    /// A burst that a device is sending or going to send.
    private struct Reflection {
        let device: Int
        let waveform: KeyedWaveform
        let gain: (re: Float, im: Float)
        let startSample: Double
        let endSample: Double
    }

    /// - Parameters:
    ///   - sampleRateHz: of the carrier and of what is received.
    ///   - seed: of gains, phases and noise; devices have generators of their own.
    package init(
        devices: [Device], conditions: SampleAirConditions, profile: AirProfile, sampleRateHz: Double, seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        self.devices = devices
        isPresent = [Bool](repeating: true, count: devices.count)
        self.conditions = conditions
        self.profile = profile
        self.sampleRateHz = sampleRateHz
        var leak = Self.polar(Double(conditions.leakAmplitude), 2 * .pi * generator.uniform())
        let unit = Double(conditions.leakAmplitude) * pow(10, conditions.deviceToLeakDB / 20)
        let gains = devices.map { _ in
            let power = (2 * generator.uniform() - 1) * conditions.powerSpreadDB
            return Self.polar(unit * pow(10, power / 20), 2 * .pi * generator.uniform())
        }
        // Every other device reflects in two phases: at rest it returns -h, which stands in the leak for good.
        for gain in gains.indices.filter({ !$0.isMultiple(of: 2) }).map({ gains[$0] }) {
            leak = (leak.re - gain.re, leak.im - gain.im)
        }
        self.leak = leak
        self.gains = gains
        unitGain = unit
        // SNR per bit = h^2 * T_bit / N0, and N0 = noise power per complex sample / sample rate.
        let density = unit * unit / conditions.bitRateHz / pow(10, conditions.snrDB / 10)
        noise = GaussianNoise(generator: generator, deviation: Float((density * sampleRateHz / 2).squareRoot()))
        let off = Impairments(sampleRateHz: sampleRateHz, seed: seed, deviceAmplitude: Float(unit))
        drift = off.with { $0.leakDrift = conditions.leakDrift }
        impulses = conditions.impulses.map { impulses in off.with { $0.impulses = impulses } }
        converter = conditions.quantisation.map { quantisation in off.with { $0.quantisation = quantisation } }
        r2d = R2DDemodulator(profile: profile, sampleRateHz: sampleRateHz)
    }

    private static func polar(_ amplitude: Double, _ phase: Double) -> (re: Float, im: Float) {
        (Float(amplitude * cos(phase)), Float(amplitude * sin(phase)))
    }

    /// Takes the carrier's amplitude as transmitted, one value a sample, and gives what the receiver hears at the same
    /// time, interleaved; blocks may have any length.
    /// - Parameter received: must have twice as many elements as `carrier`, or nothing happens.
    package mutating func process(
        carrier: UnsafeBufferPointer<Float>, received: UnsafeMutableBufferPointer<Float>
    ) {
        let first = position
        reflect(carrier: carrier, onto: leak, into: received)
        guard position > first else { return }
        for index in 0..<carrier.count {
            received[2 * index] *= carrier[index]
            received[2 * index + 1] *= carrier[index]
        }
        impulses?.apply(to: received, firstSample: first)
        rotate(received, firstSample: first)
        noise.add(to: received, constant: conditions.dcOffset)
        converter?.apply(to: received, firstSample: first)
    }

    /// As `process`, but gives the devices' reflection alone, for a carrier of 1 and without leak, offsets and noise: a
    /// device's two states are -h and h, or 0 and 2h.
    package mutating func reflect(
        carrier: UnsafeBufferPointer<Float>, reflection: UnsafeMutableBufferPointer<Float>
    ) {
        reflect(carrier: carrier, onto: (0, 0), into: reflection)
    }

    private mutating func reflect(
        carrier: UnsafeBufferPointer<Float>, onto rest: (re: Float, im: Float),
        into sum: UnsafeMutableBufferPointer<Float>
    ) {
        guard sum.count == 2 * carrier.count else { return }
        var done = 0
        while done < carrier.count {
            let remaining = UnsafeBufferPointer(rebasing: carrier[done..<min(carrier.count, done + Self.pieceLength)])
            let (count, isLost) = watch(remaining)
            hear(UnsafeBufferPointer(rebasing: remaining[0..<count]))
            render(onto: rest, into: UnsafeMutableBufferPointer(rebasing: sum[2 * done..<2 * (done + count)]))
            if isLost { loseCarrier() }
            done += count
        }
    }
}

// MARK: - What befalls devices

extension SampleAir {
    /// Takes a device out of the field, or brings it back without a session. What it is sending ends at once.
    package mutating func setPresent(_ present: Bool, device index: Int) {
        guard devices.indices.contains(index) else { return }
        isPresent[index] = present
        guard !present else { return }
        devices[index].carrierLost()
        reflections.removeAll { $0.device == index }
    }

    /// Received power of a device's later bursts in dB against the conditions' 0 dB; its phase stays.
    package mutating func setPower(dB power: Double, device index: Int) {
        guard gains.indices.contains(index) else { return }
        let phase = Double(atan2f(gains[index].im, gains[index].re))
        gains[index] = Self.polar(unitGain * pow(10, power / 20), phase)
    }

    private mutating func loseCarrier() {
        for index in devices.indices { devices[index].carrierLost() }
        reflections.removeAll(keepingCapacity: true)
    }
}

// MARK: - One piece of samples

extension SampleAir {
    /// Looks how far the carrier lasts: at most up to the sample with which the hold time is over.
    private mutating func watch(_ carrier: UnsafeBufferPointer<Float>) -> (count: Int, isLost: Bool) {
        let hold = max(1, Int(Self.holdTime.seconds * sampleRateHz))
        // Keying leaves the OFF amplitude; what is well below it feeds nobody.
        let threshold = Float(profile.r2dOffAmplitude / 2)
        for (index, level) in carrier.enumerated() {
            samplesOff = level < threshold ? samplesOff + 1 : 0
            if samplesOff == hold { return (index + 1, true) }
        }
        return (carrier.count, false)
    }

    /// Lets the devices hear the carrier, and takes down what they will send.
    private mutating func hear(_ carrier: UnsafeBufferPointer<Float>) {
        for index in 0..<carrier.count { envelope[2 * index] = carrier[index] }
        let frames = envelope.withUnsafeBufferPointer {
            r2d.push(UnsafeBufferPointer(rebasing: $0[0..<2 * carrier.count]))
        }
        for frame in frames where frame.crcRight { answer(frame) }
    }

    private mutating func answer(_ frame: R2DFrame) {
        guard let message = try? R2DMessage(decoding: frame.octets) else { return }
        for index in devices.indices where isPresent[index] {
            guard let transmission = devices[index].receive(message),
                let waveform = try? D2RModulator.waveform(
                    of: transmission.message, format: transmission.format, clockError: devices[index].clockError,
                    in: profile)
            else { continue }
            // The device times its delay with the clock that shapes the burst.
            let delay = transmission.delay.seconds / (1 + devices[index].clockError)
            let start = frame.endSample + delay * sampleRateHz
            let end = start + waveform.seconds * sampleRateHz
            reflections.append(
                Reflection(
                    device: index, waveform: waveform, gain: (2 * gains[index].re, 2 * gains[index].im),
                    startSample: start, endSample: end + 1))
            burstJournal?(
                SentBurst(
                    device: index, transmission: transmission, message: message, startSample: start, endSample: end))
        }
        journal?(message, devices)
    }

    /// The devices' states times their gains, on top of `rest`.
    private mutating func render(onto rest: (re: Float, im: Float), into sum: UnsafeMutableBufferPointer<Float>) {
        let count = sum.count / 2
        let end = position + count
        for index in 0..<count {
            sum[2 * index] = rest.re
            sum[2 * index + 1] = rest.im
        }
        if drift.leakDrift != nil {
            drift.forEachLeakFactor(firstSample: position, count: count) { index, factor in
                sum[2 * index] = rest.re * factor.re - rest.im * factor.im
                sum[2 * index + 1] = rest.re * factor.im + rest.im * factor.re
            }
        }
        for reflection in reflections where reflection.startSample < Double(end) {
            reflection.waveform.add(
                gain: reflection.gain, to: sum, firstSample: position, startSample: reflection.startSample,
                sampleRateHz: sampleRateHz)
        }
        position = end
        reflections.removeAll { $0.endSample < Double(end) }
    }

    /// The common frequency offset, by a phasor that is set anew at every 256th sample of the stream.
    private func rotate(_ received: UnsafeMutableBufferPointer<Float>, firstSample: Int) {
        guard conditions.carrierOffsetHz != 0 else { return }
        let turns = conditions.carrierOffsetHz / sampleRateHz
        let step = (re: cos(2 * .pi * turns), im: sin(2 * .pi * turns))
        var phasor = (re: 1.0, im: 0.0)
        for index in 0..<received.count / 2 {
            let sample = firstSample + index
            if index == 0 || sample.isMultiple(of: 256) {
                let turn = (Double(sample) * turns).truncatingRemainder(dividingBy: 1)
                phasor = (cos(2 * .pi * turn), sin(2 * .pi * turn))
            }
            let (cosine, sine) = (Float(phasor.re), Float(phasor.im))
            let (re, im) = (received[2 * index], received[2 * index + 1])
            received[2 * index] = re * cosine - im * sine
            received[2 * index + 1] = re * sine + im * cosine
            phasor = (phasor.re * step.re - phasor.im * step.im, phasor.re * step.im + phasor.im * step.re)
        }
    }
}
