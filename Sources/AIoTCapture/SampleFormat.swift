import CSampleKernels

/// How the complex samples of a recording are stored: I before Q (`spec/4 "IQ: SigMF 1.0"`).
package enum SampleFormat: String, Hashable, Sendable, CaseIterable {
    case cf32le = "cf32_le"
    case ci16le = "ci16_le"
    case ci8 = "ci8"
    case cu8 = "cu8"

    /// The format that SigMF's `core:datatype` names.
    package init(datatype: String) throws(SigMFError) {
        // SigMF lets single octets carry a byte order that says nothing.
        let name = ["ci8_le": "ci8", "ci8_be": "ci8", "cu8_le": "cu8", "cu8_be": "cu8"][datatype] ?? datatype
        guard let format = Self(rawValue: name) else { throw .unsupportedDatatype(datatype) }
        self = format
    }

    /// The format that the extension of a bare IQ file stands for: `cf32`, `cs16`, `cs8`, `cu8`; `nil` for others.
    package init?(fileExtension: String) {
        switch fileExtension.lowercased() {
        case "cf32": self = .cf32le
        case "cs16": self = .ci16le
        case "cs8": self = .ci8
        case "cu8": self = .cu8
        default: return nil
        }
    }

    /// Octets of one complex sample.
    package var octetsPerSample: Int { 2 * octetsPerComponent }

    var octetsPerComponent: Int {
        switch self {
        case .cf32le: 4
        case .ci16le: 2
        case .ci8, .cu8: 1
        }
    }
}

/// Turns stored octets into samples; blocks may end anywhere, within a sample too.
package struct SampleDecoder: Sendable {
    package let format: SampleFormat
    /// The octets of a sample that has begun.
    private var begun: [UInt8] = []

    package init(_ format: SampleFormat) {
        self.format = format
    }

    /// Octets of a sample of which the rest has not come yet; not 0 at the end of a file that was cut.
    package var begunOctets: Int { begun.count }

    /// The samples that `octets` complete, I and Q in turn.
    ///
    /// Full scale of the integer formats is 1, and `cu8` is zero at 128, as in the `sigmf` Python package. A component
    /// that is not finite becomes 0, so that one bad sample cannot poison a filter.
    package mutating func decode(_ octets: [UInt8]) -> [Float] {
        var samples: [Float] = []
        octets.withUnsafeBytes { decode($0, into: &samples) }
        return samples
    }

    /// Puts the samples that `octets` complete in the place of what `samples` holds; its room serves again.
    package mutating func decode(_ octets: UnsafeRawBufferPointer, into samples: inout [Float]) {
        let size = format.octetsPerSample
        let ofBegun = begun.isEmpty ? 0 : min(size - begun.count, octets.count)
        begun += octets[..<ofBegun]
        let rest = UnsafeRawBufferPointer(rebasing: octets[ofBegun...])
        let whole = begun.count == size ? 1 : 0
        let usable = begun.isEmpty || whole == 1 ? rest.count / size : 0
        Self.resize(&samples, to: 2 * (whole + usable))
        samples.withUnsafeMutableBufferPointer { samples in
            guard let base = samples.baseAddress else { return }
            if whole == 1 { begun.withUnsafeBytes { format.convert($0, into: base) } }
            format.convert(UnsafeRawBufferPointer(rebasing: rest[..<(usable * size)]), into: base + 2 * whole)
        }
        if whole == 1 { begun.removeAll(keepingCapacity: true) }
        if begun.isEmpty { begun += rest[(usable * size)...] }
    }

    private static func resize(_ samples: inout [Float], to count: Int) {
        if samples.count > count {
            samples.removeLast(samples.count - count)
        } else {
            samples.append(contentsOf: repeatElement(0, count: count - samples.count))
        }
    }
}

extension SampleFormat {
    /// Writes the whole components of `octets` to `floats`, which must have room for them; what is not
    /// finite becomes 0.
    /// - Parameter divisor: what becomes 1; nil for the format's own full scale.
    package func convert(
        _ octets: UnsafeRawBufferPointer, into floats: UnsafeMutablePointer<Float>, divisor: Float? = nil
    ) {
        guard let source = octets.baseAddress else { return }
        let count = octets.count / octetsPerComponent
        switch self {
        case .ci8: aiot_from_i8(source, count, 1 / (divisor ?? 128), floats)
        case .cu8: aiot_from_u8(source, count, 1 / (divisor ?? 128), floats)
        case .ci16le: aiot_from_i16(source, count, 1 / (divisor ?? 32_768), floats)
        case .cf32le: aiot_from_f32(source, count, 1 / (divisor ?? 1), floats)
        }
    }
}

extension SampleFormat {
    /// The octets that store `samples`, I and Q in turn; past full scale they saturate, and NaN becomes 0.
    package func octets(of samples: [Float]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(samples.count * octetsPerComponent)
        for sample in samples {
            switch self {
            case .ci8: octets.append(UInt8(truncatingIfNeeded: scaled(sample, 128)))
            case .cu8: octets.append(UInt8(truncatingIfNeeded: scaled(sample, 128) + 128))
            case .ci16le: append(UInt32(truncatingIfNeeded: scaled(sample, 32_768)), to: &octets)
            case .cf32le: append(sample.isNaN ? 0 : sample.bitPattern, to: &octets)
            }
        }
        return octets
    }

    /// `sample` in steps of 1 / `fullScale`, within -`fullScale` ..< `fullScale`.
    private func scaled(_ sample: Float, _ fullScale: Float) -> Int {
        guard !sample.isNaN else { return 0 }
        return Int(min(max((sample * fullScale).rounded(), -fullScale), fullScale - 1))
    }

    private func append(_ word: UInt32, to octets: inout [UInt8]) {
        for place in 0..<octetsPerComponent { octets.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * place))) }
    }
}
