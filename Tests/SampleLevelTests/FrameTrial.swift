import AIoTBase
import AIoTPhy
import Foundation

/// R2D frames in an impaired leak.
struct FrameTrial {
    var impairments = Impairments()
    /// Power of the leak over the noise, dB a sample at 1.92 MS/s.
    var leakToNoiseDB = 20.0
    var offsetHz = 0.0
    var dc = 0.05
    var octets = 60

    /// Share of `count` frames that are heard right, their ends within 5 µs; `chipsPerSymbol` is M.
    func heardShare(chipsPerSymbol: Int, count: Int) -> Double {
        let heard = (0..<count).count { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            let message = generator.octets(octets)
            let (scene, end) = scene(message, chipsPerSymbol: chipsPerSymbol)
            var receiver = StreamReceiver(profile: scene.profile, sampleRateHz: scene.rate)
            return receiver.push(scene.samples(seed: UInt64(seed))).contains { event in
                guard case .frame(let frame) = event else { return false }
                return frame.octets == message && frame.crcRight && abs(frame.endSample / scene.rate - end) < 5e-6
            }
        }
        return Double(heard) / Double(count)
    }

    /// The scene, and the end of the frame in it, seconds.
    func scene(_ message: [UInt8], chipsPerSymbol: Int) -> (Scene, Double) {
        var scene = Scene(amplitude: 0.0316, dc: (dc, -dc), offsetHz: offsetHz, impairments: impairments)
        // Without a device the scene's SNR is that of one at 60 kbit/s.
        scene.snrDB = leakToNoiseDB + 20 * log10(scene.amplitude) + 10 * log10(scene.rate / 60_000)
        let end = scene.precede(by: message, chipsPerSymbol: chipsPerSymbol)
        scene.seconds = end + 2e-3
        return (scene, end)
    }
}
