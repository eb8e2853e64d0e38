import AIoTCapture
package import Transceiver

/// Makes floats of the samples of a stream, full scale being 1; allocates nothing.
package struct SampleConverter: Sendable {
    package let octetsPerSample: Int
    private let samples: SampleFormat
    private let scale: Float

    package init(_ format: StreamFormat) {
        octetsPerSample = format.octetsPerSample
        samples = format.samples
        scale = format.fullScale > 0 ? 1 / format.fullScale : 1
    }

    /// Writes the whole samples of `octets` to `floats`, I and Q in turn, as many as fit.
    /// - Returns: how many samples they are.
    package func convert(_ octets: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>) -> Int {
        let count = min(octets.count / octetsPerSample, floats.count / 2)
        guard let source = octets.baseAddress, let target = floats.baseAddress else { return 0 }
        let scale = scale
        switch samples {
        case .ci8:
            for index in 0..<2 * count {
                target[index] = Float(source.load(fromByteOffset: index, as: Int8.self)) * scale
            }
        case .cu8:
            for index in 0..<2 * count {
                target[index] = (Float(source.load(fromByteOffset: index, as: UInt8.self)) - 128) * scale
            }
        case .ci16le:
            for index in 0..<2 * count {
                let value = source.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)
                target[index] = Float(Int16(littleEndian: value)) * scale
            }
        case .cf32le:
            for index in 0..<2 * count {
                let bits = source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                let value = Float(bitPattern: UInt32(littleEndian: bits))
                target[index] = value.isFinite ? value : 0
            }
        }
        return count
    }
}
