import AIoTBase
import AIoTPhy
import Glibc

/// What a reader's receiver hears: its own keyed carrier, a DC offset, devices 30 dB below the leak, noise.
struct Air {
    struct Burst {
        var message: [UInt8]
        var format: D2RBurstFormat
        /// After the end of the frame, seconds.
        var delay: Double
        var clockError: Double
        var phase: Double
    }

    static let profile = AirProfile.oursV0
    static let rateHz = 1.92e6
    private static let amplitude = 0.03
    private static let snrDB = 15.0

    private var generator: SeededGenerator
    /// Gaussian noise of deviation 1, read from a random place each time.
    private let noise: [Float]

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        noise = (0..<1 << 20).map { _ in
            let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &generator))).squareRoot()
            return Float(radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator)))
        }
        self.generator = generator
    }

    mutating func random(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &generator) }
    mutating func octets(_ count: Int) -> [UInt8] { generator.octets(count) }
    mutating func place(below count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    /// Interleaved samples of a frame, if any, that begins at sample `lead`, and of bursts behind it.
    mutating func samples(
        frame: KeyedWaveform?, lead: Int = 400, bursts: [Burst] = [], seconds: Double, bitRateHz: Double = 60_000
    ) -> [Float] {
        let count = Int(seconds * Self.rateHz)
        var samples = [Float](repeating: 0, count: 2 * count)
        let end = Double(lead) + (frame?.seconds ?? 0) * Self.rateHz
        samples.withUnsafeMutableBufferPointer { samples in
            for burst in bursts { Self.add(burst, from: end, to: samples) }
        }
        var carrier = [Float](repeating: 1, count: count)
        carrier.withUnsafeMutableBufferPointer {
            frame?.render(into: $0, firstSample: 0, startSample: Double(lead), sampleRateHz: Self.rateHz)
        }
        let power = Self.amplitude * Self.amplitude * Self.rateHz / bitRateHz / pow(10, Self.snrDB / 10)
        let deviation = Float((power / 2).squareRoot())
        let shift = Int.random(in: 0..<noise.count, using: &generator)
        for index in 0..<count {
            let place = 2 * index + shift
            samples[2 * index] = 0.2 * ((samples[2 * index] + 0.8) * carrier[index] + 0.05)
            samples[2 * index + 1] = 0.2 * ((samples[2 * index + 1] + 0.6) * carrier[index] - 0.08)
            samples[2 * index] += 0.2 * deviation * noise[place & (noise.count - 1)]
            samples[2 * index + 1] += 0.2 * deviation * noise[(place + 1) & (noise.count - 1)]
        }
        return samples
    }

    private static func add(_ burst: Burst, from end: Double, to samples: UnsafeMutableBufferPointer<Float>) {
        guard
            let wave = try? D2RModulator.waveform(
                of: burst.message, format: burst.format, clockError: burst.clockError, in: profile)
        else { return }
        let gain = (re: Float(2 * amplitude * cos(burst.phase)), im: Float(2 * amplitude * sin(burst.phase)))
        let start = end + burst.delay / (1 + burst.clockError) * rateHz
        wave.add(gain: gain, to: samples, firstSample: 0, startSample: start, sampleRateHz: rateHz)
    }
}
