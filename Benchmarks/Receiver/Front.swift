import AIoTBase
import AIoTCapture
import AIoTPhy
import ReceiverShim

/// What the receiver does with every sample, against one matched filter of liquid-dsp: conversion, ring, the look for
/// frames, and the decimation into a window that is open all the while.
enum Front {
    private static let seconds = 0.15
    private static let rounds = 101
    private static let blockSamples = 16_384

    static func run() {
        var air = Air(seed: 1)
        let floats = air.samples(frame: nil, seconds: seconds)
        let count = floats.count / 2
        guard let decimator = shim_decimator() else { return }
        var input = floats
        var decimated = [Float](repeating: 0, count: floats.count / 5 + 2)
        for format in [SampleFormat.ci16le, .ci8] {
            let octets = format.octets(of: floats)
            var ours: [Double] = []
            var theirs: [Double] = []
            for _ in 0..<rounds {
                ours.append(Double(count) / receive(octets, format) * 1e3)
                theirs.append(
                    Double(count / 5 * 5)
                        / nanosecondsOfProcessor { shim_decimate(decimator, &input, UInt32(count / 5), &decimated) }
                        * 1e3)
            }
            let ratios = zip(ours, theirs).map { $0 / $1 }
            print(
                "front of the receiver, \(format.rawValue), MS/s: \(ours.median.text(0)); liquid-dsp "
                    + "\(String(cString: shim_liquid_version())) firdecim_crcf, 25 taps by 5, floats given, MS/s: "
                    + "\(theirs.median.text(0)); ratio min, median, max: \(ratios.quantile(0).text(2)) "
                    + "\(ratios.median.text(2)) \(ratios.quantile(1).text(2))")
        }
    }

    /// Nanoseconds for all of `octets`; the window has not ended with them.
    private static func receive(_ octets: [UInt8], _ format: SampleFormat) -> Double {
        var receiver = StreamReceiver(profile: Air.profile, sampleRateHz: Air.rateHz)
        let burst = ExpectedBurst(
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, transportBlockOctets: 255),
            delay: .milliseconds(3_200))
        receiver.expect([burst], afterSample: -3.2 / 1.02 * Air.rateHz)
        var samples = SampleDecoder(format)
        var floats: [Float] = []
        var events = 0
        let time = octets.withUnsafeBytes { octets in
            nanosecondsOfProcessor {
                var offset = 0
                while offset < octets.count {
                    let end = min(offset + blockSamples * format.octetsPerSample, octets.count)
                    samples.decode(UnsafeRawBufferPointer(rebasing: octets[offset..<end]), into: &floats)
                    events += receiver.push(floats).count
                    offset = end
                }
            }
        }
        precondition(events == 0 && receiver.refusedBursts == 0)
        return time
    }
}
