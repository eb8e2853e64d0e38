package import AIoTAir
package import AIoTBase
package import AIoTDevice
package import AIoTPhy
package import AIoTReader
package import RadioFrontEnd

/// The loopback radio at sample level: modulator, simulated channel and receiver on one sample counter.
///
/// The receiver hears the reader's own frames in the leak, and takes from them where the bursts are due.
package struct SampleRadio: LoopbackRadio {
    /// What the receiver asks when it has heard a frame.
    private final class Expectation {
        var octets: [UInt8] = []
        var bursts: [ExpectedBurst] = []
    }

    private let expectation = Expectation()
    private var air: SampleAir
    private var receiver: StreamReceiver
    private let profile: AirProfile
    private let sampleRateHz: Double
    private var isCarrierOn = false
    /// Samples made so far.
    private var position = 0
    /// Takes every received sample, interleaved, for recordings.
    private let record: (UnsafeBufferPointer<Float>) -> Void
    /// Makes what the receiver hears out of the carrier and, in place, the devices' reflection at a carrier of 1; nil: the
    /// air's conditions do.
    private let mix: ((UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void)?

    /// Samples that are made at once.
    private static let blockLength = 8_192
    private var carrier = [Float](repeating: 1, count: blockLength)
    private var received = [Float](repeating: 0, count: 2 * blockLength)

    package init(
        air: SampleAir, profile: AirProfile, sampleRateHz: Double,
        record: @escaping (UnsafeBufferPointer<Float>) -> Void = { _ in },
        mix: ((UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void)? = nil
    ) {
        self.air = air
        self.mix = mix
        self.profile = profile
        self.sampleRateHz = sampleRateHz
        self.record = record
        let expectation = expectation
        receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz) { octets in
            octets == expectation.octets ? expectation.bursts : []
        }
    }

    package mutating func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome {
        guard
            let waveform = try? R2DModulator.waveform(
                of: transmission.octets, chipsPerSymbol: transmission.chipsPerSymbol, in: profile)
        else { return RadioOutcome(end: time, reports: [], frames: []) }
        let start = position
        let seconds = waveform.seconds
        let frameEnd = Double(start) + seconds * sampleRateHz
        expectation.octets = transmission.octets
        expectation.bursts = transmission.expected
        let listening = transmission.listening(in: profile).seconds
        let windows = advance(
            toSample: Int((frameEnd + listening * sampleRateHz).rounded(.up)) + Self.settling(sampleRateHz),
            keying: (waveform, start))
        let reports = Self.reports(windows, count: transmission.expected.count)
        let duration = AirDuration(seconds: seconds)
        var frames = [
            AirFrame(
                direction: .r2d(chipsPerSymbol: transmission.chipsPerSymbol), octets: transmission.octets,
                start: instant(ofSample: start), duration: duration)
        ]
        frames += transmission.heard(reports)
        return RadioOutcome(end: instant(ofSample: position), reports: reports, frames: frames)
    }

    package mutating func idle(until time: AirTime) {
        _ = advance(toSample: Int(time.seconds * sampleRateHz), keying: nil)
    }

    package mutating func setCarrier(isOn: Bool, at time: AirTime) {
        idle(until: time)
        if isCarrierOn, !isOn {
            // Long enough for every device to notice.
            isCarrierOn = false
            let hold = Int(SampleAir.holdTime.seconds * 2 * sampleRateHz)
            _ = advance(toSample: position + hold, keying: nil)
        }
        guard isOn, !isCarrierOn else { return }
        isCarrierOn = true
        _ = advance(toSample: position + Int(0.000_3 * sampleRateHz), keying: nil)
    }

    package var devices: [Device] { air.devices }

    package mutating func setPresent(_ isPresent: Bool, device index: Int) {
        air.setPresent(isPresent, device: index)
    }

    /// A window is judged a little after its end: the receiver searches around it.
    private static func settling(_ sampleRateHz: Double) -> Int { Int(0.000_2 * sampleRateHz) }

    private static func reports(_ results: [OccasionResult], count: Int) -> [OccasionReport] {
        var reports = [OccasionReport](repeating: .idle, count: count)
        for result in results where reports.indices.contains(result.index) { reports[result.index] = result.report }
        return reports
    }

    /// Makes samples up to `end`, the carrier keyed by a frame where there is one.
    private mutating func advance(toSample end: Int, keying: (KeyedWaveform, Int)?) -> [OccasionResult] {
        var results: [OccasionResult] = []
        while position < end {
            let count = min(Self.blockLength, end - position)
            carrier.withUnsafeMutableBufferPointer { buffer in
                let block = UnsafeMutableBufferPointer(rebasing: buffer[0..<count])
                block.update(repeating: isCarrierOn ? 1 : 0)
                if let (waveform, start) = keying {
                    waveform.render(
                        into: block, firstSample: position, startSample: Double(start), sampleRateHz: sampleRateHz)
                }
            }
            results += process(count)
            position += count
        }
        return results
    }

    private mutating func process(_ count: Int) -> [OccasionResult] {
        carrier.withUnsafeBufferPointer { levels in
            received.withUnsafeMutableBufferPointer { samples in
                let carrier = UnsafeBufferPointer(rebasing: levels[0..<count])
                let received = UnsafeMutableBufferPointer(rebasing: samples[0..<2 * count])
                guard let mix else { return air.process(carrier: carrier, received: received) }
                air.reflect(carrier: carrier, reflection: received)
                mix(carrier, received)
            }
        }
        let events = received.withUnsafeBufferPointer { samples in
            let block = UnsafeBufferPointer(rebasing: samples[0..<2 * count])
            record(block)
            return receiver.push(block)
        }
        return events.compactMap { event in
            if case .occasion(let result) = event { result } else { nil }
        }
    }

    private func instant(ofSample sample: Int) -> AirTime {
        AirTime(nanoseconds: Int64(Double(sample) / sampleRateHz * 1e9))
    }
}
