import AIoTCapture
import Transceiver

extension StreamFormat {
    /// Stores as many of `floats` as fit; beyond full scale they saturate.
    func encode(_ floats: UnsafeMutableBufferPointer<Float>, into octets: UnsafeMutableRawBufferPointer) {
        let count = 2 * min(octets.count / octetsPerSample, floats.count / 2)
        switch samples {
        case .ci8:
            for index in 0..<count { octets[index] = UInt8(truncatingIfNeeded: stored(floats[index])) }
        case .cu8:
            for index in 0..<count { octets[index] = UInt8(truncatingIfNeeded: stored(floats[index]) &+ 128) }
        case .ci16le:
            for index in 0..<count {
                let value = Int16(truncatingIfNeeded: stored(floats[index]))
                octets.storeBytes(of: value.littleEndian, toByteOffset: 2 * index, as: Int16.self)
            }
        case .cf32le:
            for index in 0..<count {
                let bits = (floats[index] * fullScale).bitPattern.littleEndian
                octets.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
            }
        }
    }

    private func stored(_ value: Float) -> Int32 {
        Int32(min(max((value * fullScale).rounded(), -fullScale), fullScale - 1))
    }
}
