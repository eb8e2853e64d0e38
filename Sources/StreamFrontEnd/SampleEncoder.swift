import AIoTCapture
import Transceiver

/// Writes samples of one amplitude in the form of a stream.
struct SampleEncoder: Sendable {
    private let format: StreamFormat
    private let amplitude: Float
    let octetsPerSample: Int

    /// - Parameter amplitude: of level 1, as part of full scale, 0 to 1.
    init(format: StreamFormat, amplitude: Float) {
        self.format = format
        self.amplitude = amplitude.isFinite ? min(max(amplitude, 0), 1) : 0
        octetsPerSample = format.octetsPerSample
    }

    /// Fills `octets`, whole samples, with one level.
    func fill(_ octets: UnsafeMutableRawBufferPointer, level: Float) {
        guard let base = octets.baseAddress, octets.count >= octetsPerSample else { return }
        store(level, at: base)
        // What is there is doubled: copies of the system's are as fast as memory, in any build.
        var done = octetsPerSample
        while done < octets.count {
            let count = min(done, octets.count - done)
            (base + done).copyMemory(from: base, byteCount: count)
            done += count
        }
    }

    private func store(_ level: Float, at base: UnsafeMutableRawPointer) {
        let value = level * amplitude * format.fullScale
        switch format.samples {
        case .ci8:
            base.storeBytes(of: Int8(clamping: Int(value.rounded())), as: Int8.self)
            base.storeBytes(of: 0, toByteOffset: 1, as: Int8.self)
        case .cu8:
            base.storeBytes(of: UInt8(clamping: 128 + Int(value.rounded())), as: UInt8.self)
            base.storeBytes(of: 128, toByteOffset: 1, as: UInt8.self)
        case .ci16le:
            base.storeBytes(of: Int16(clamping: Int(value.rounded())).littleEndian, as: Int16.self)
            base.storeBytes(of: 0, toByteOffset: 2, as: Int16.self)
        case .cf32le:
            base.storeBytes(of: (level * amplitude).bitPattern.littleEndian, as: UInt32.self)
            base.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
        }
    }
}
