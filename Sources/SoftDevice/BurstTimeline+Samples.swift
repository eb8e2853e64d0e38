import AIoTPhy
import Glibc

extension PlannedBurst {
    /// Adds what the burst reflects of the carrier to interleaved samples.
    func add(
        amplitude: Float, to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int64, sampleRateHz: Double
    ) {
        let origin = Double(firstSample) - start
        let (stepRe, stepIm) = (Float(cos(turn)), Float(sin(turn)))
        waveform.forEachRun(
            firstSample: Int(firstSample), count: interleaved.count / 2, startSample: start, sampleRateHz: sampleRateHz
        ) { offset, length, level in
            guard level != 0 else { return }
            var index = offset
            while index < offset + length {
                // Set anew at every 256th sample, so that rounding does not add up; half a sample on is its middle.
                let end = min(offset + length, (index | 255) + 1)
                let angle = phase + turn * (origin + Double(index) + 0.5)
                var re = amplitude * level * Float(cos(angle))
                var im = amplitude * level * Float(sin(angle))
                while index < end {
                    interleaved[2 * index] += re
                    interleaved[2 * index + 1] += im
                    (re, im) = (re * stepRe - im * stepIm, re * stepIm + im * stepRe)
                    index += 1
                }
            }
        }
    }
}
