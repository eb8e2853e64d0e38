import Glibc

/// A run of samples of the air.
struct AirBlock {
    let first: Int64
    let count: Int

    var end: Int64 { first + Int64(count) }

    /// Adds `samples` times `gain` to `sum`, turned by the frequency offset; the turn is 0 at the air's sample 0.
    func add(
        _ samples: UnsafeMutableBufferPointer<Float>, gain: AirGain, turnsPerSample: Double,
        to sum: UnsafeMutableBufferPointer<Float>
    ) {
        guard turnsPerSample != 0 else {
            for index in 0..<count {
                let (re, im) = (samples[2 * index], samples[2 * index + 1])
                sum[2 * index] += re * gain.re - im * gain.im
                sum[2 * index + 1] += re * gain.im + im * gain.re
            }
            return
        }
        let angle = 2 * Double.pi * (Double(first) * turnsPerSample).truncatingRemainder(dividingBy: 1)
        let (cosine, sine) = (cos(angle), sin(angle))
        var re = Double(gain.re) * cosine - Double(gain.im) * sine
        var im = Double(gain.re) * sine + Double(gain.im) * cosine
        let step = (re: cos(2 * .pi * turnsPerSample), im: sin(2 * .pi * turnsPerSample))
        for index in 0..<count {
            let (a, b) = (samples[2 * index], samples[2 * index + 1])
            let (x, y) = (Float(re), Float(im))
            sum[2 * index] += a * x - b * y
            sum[2 * index + 1] += a * y + b * x
            (re, im) = (re * step.re - im * step.im, re * step.im + im * step.re)
        }
    }
}
