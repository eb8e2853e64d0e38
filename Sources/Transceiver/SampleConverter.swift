import AIoTCapture

/// Makes floats of the samples of a stream and the other way round, full scale being 1; allocates nothing.
package struct SampleConverter: Sendable {
    package let octetsPerSample: Int
    private let samples: SampleFormat
    private let fullScale: Float

    package init(_ format: StreamFormat) {
        octetsPerSample = format.octetsPerSample
        samples = format.samples
        fullScale = format.fullScale > 0 ? format.fullScale : 1
    }

    /// Writes the whole samples of `octets` to `floats`, I and Q in turn, as many as fit; what is not finite is 0.
    /// - Returns: how many samples they are.
    package func convert(_ octets: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) -> Int {
        let count = min(octets.count / octetsPerSample, floats.count / 2)
        guard let target = floats.baseAddress else { return 0 }
        samples.convert(
            UnsafeRawBufferPointer(rebasing: octets[..<(count * octetsPerSample)]), into: target, divisor: fullScale)
        return count
    }

    /// Writes the whole samples of `floats` to `octets`, as many as fit, as a converter of this full scale does: rounded,
    /// and saturated beyond it.
    /// - Returns: how many samples they are.
    package func convert(_ floats: UnsafeBufferPointer<Float>, into octets: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(octets.count / octetsPerSample, floats.count / 2)
        guard let source = floats.baseAddress, let target = octets.baseAddress else { return 0 }
        switch samples {
        case .ci8:
            for index in 0..<2 * count {
                let value = Int8(truncatingIfNeeded: stored(source[index]))
                target.storeBytes(of: value, toByteOffset: index, as: Int8.self)
            }
        case .cu8:
            for index in 0..<2 * count {
                let value = UInt8(truncatingIfNeeded: stored(source[index]) &+ 128)
                target.storeBytes(of: value, toByteOffset: index, as: UInt8.self)
            }
        case .ci16le:
            for index in 0..<2 * count {
                let value = Int16(truncatingIfNeeded: stored(source[index]))
                target.storeBytes(of: value.littleEndian, toByteOffset: 2 * index, as: Int16.self)
            }
        case .cf32le:
            for index in 0..<2 * count {
                let bits = (source[index] * fullScale).bitPattern.littleEndian
                target.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
        return count
    }

    private func stored(_ value: Float) -> Int32 {
        // In this order NaN becomes full scale. `rounded()` would be a call of the C library for each.
        let scaled = max(-fullScale, min(fullScale - 1, value * fullScale))
        return Int32(scaled + (scaled < 0 ? -0.5 : 0.5))
    }
}
