import AIoTCapture
import Transceiver

extension StreamFormat {
    /// Makes floats (full scale 1) of the whole samples in `octets`, as many as fit.
    /// - Returns: samples written.
    func decode(_ octets: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) -> Int {
        let count = min(octets.count / octetsPerSample, floats.count / 2)
        let scale = 1 / fullScale
        switch samples {
        case .ci8:
            for index in 0..<2 * count { floats[index] = Float(Int8(bitPattern: octets[index])) * scale }
        case .cu8:
            for index in 0..<2 * count { floats[index] = Float(Int(octets[index]) - 128) * scale }
        case .ci16le:
            for index in 0..<2 * count {
                let value = octets.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
                floats[index] = Float(Int16(littleEndian: value)) * scale
            }
        case .cf32le:
            for index in 0..<2 * count {
                let bits = octets.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                let value = Float(bitPattern: UInt32(littleEndian: bits))
                floats[index] = value.isFinite ? value * scale : 0
            }
        }
        return count
    }

    /// Makes octets of floats as a converter of this full scale does: rounded, and saturated beyond it.
    /// - Returns: samples written, as many as fit.
    func encode(_ floats: UnsafeMutableBufferPointer<Float>, into octets: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(octets.count / octetsPerSample, floats.count / 2)
        switch samples {
        case .ci8:
            for index in 0..<2 * count {
                octets[index] = UInt8(bitPattern: Int8(truncatingIfNeeded: converted(floats[index])))
            }
        case .cu8:
            for index in 0..<2 * count {
                octets[index] = UInt8(truncatingIfNeeded: converted(floats[index]) &+ 128)
            }
        case .ci16le:
            for index in 0..<2 * count {
                let value = Int16(truncatingIfNeeded: converted(floats[index]))
                octets.storeBytes(of: value.littleEndian, toByteOffset: 2 * index, as: Int16.self)
            }
        case .cf32le:
            for index in 0..<2 * count {
                let bits = (floats[index] * fullScale).bitPattern.littleEndian
                octets.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
        return count
    }

    private func converted(_ value: Float) -> Int32 {
        // In this order NaN becomes full scale. `rounded()` would be a call of the C library for each.
        let scaled = max(-fullScale, min(fullScale - 1, value * fullScale))
        return Int32(scaled + (scaled < 0 ? -0.5 : 0.5))
    }
}
