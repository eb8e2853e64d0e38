import Transceiver

/// Writes samples of one amplitude in the form of a stream.
struct SampleEncoder: Sendable {
    private let converter: SampleConverter
    private let amplitude: Float

    /// - Parameter amplitude: of level 1, as part of full scale, 0 to 1.
    init(format: StreamFormat, amplitude: Float) {
        converter = SampleConverter(format)
        self.amplitude = amplitude.isFinite ? min(max(amplitude, 0), 1) : 0
    }

    var octetsPerSample: Int { converter.octetsPerSample }

    /// Fills `octets`, whole samples, with one level.
    func fill(_ octets: UnsafeMutableRawBufferPointer, level: Float) {
        guard let base = octets.baseAddress, octets.count >= octetsPerSample else { return }
        let sample = (level * amplitude, Float(0))
        withUnsafeBytes(of: sample) { sample in
            // One sample: two floats do not fill more.
            _ = converter.convert(sample.bindMemory(to: Float.self), into: octets)
        }
        // What is there is doubled: copies of the system's are as fast as memory, in any build.
        var done = octetsPerSample
        while done < octets.count {
            let count = min(done, octets.count - done)
            (base + done).copyMemory(from: base, byteCount: count)
            done += count
        }
    }
}
