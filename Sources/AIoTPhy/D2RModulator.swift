package import AIoTBase

/// How a device's switch changes what it reflects; a receiver must not care (`spec/2 "D2R waveform"`).
package enum ReflectionKind: Hashable, Sendable, CaseIterable {
    /// Absorbing is 0, reflecting 1.
    case onOff
    /// Absorbing is -1, reflecting +1.
    case twoPhase

    var absorbing: Float { self == .onOff ? 0 : -1 }
}

/// From a D2R message to the reflection of the device that sends it (`spec/2 "D2R waveform"`).
package enum D2RModulator {
    /// The reflection over a burst; the device rests absorbing before and after.
    ///
    /// `clockError` is the device's e: durations are nominal / (1 + e), positive = fast. The start is the caller's:
    /// a device times that with its own clock too.
    package static func waveform(
        of message: [UInt8], format: D2RBurstFormat, clockError: Double = 0, reflection: ReflectionKind = .onOff,
        in profile: AirProfile
    ) throws(AirCodingError) -> KeyedWaveform {
        let bits = try D2RCoding.burstBits(of: message, format: format, in: profile)
        return waveform(ofBits: bits, format: format, clockError: clockError, reflection: reflection, in: profile)
    }

    /// The reflection of any channel bits.
    package static func waveform(
        ofBits bits: [UInt8], format: D2RBurstFormat, clockError: Double, reflection: ReflectionKind,
        in profile: AirProfile
    ) -> KeyedWaveform {
        let halfPeriods = 2 * format.subcarrierPeriods
        let halfPeriod = 1 / (format.bitRateHz(in: profile) * Double(halfPeriods) * (1 + clockError))
        var edges: [Double] = []
        edges.reserveCapacity(bits.count * halfPeriods + 1)
        var reflecting = false
        for (index, bit) in bits.enumerated() {
            for half in 0..<halfPeriods {
                let next = half.isMultiple(of: 2) == (bit == 0)
                if next != reflecting { edges.append(Double(index * halfPeriods + half) * halfPeriod) }
                reflecting = next
            }
        }
        let end = Double(bits.count * halfPeriods) * halfPeriod
        if reflecting { edges.append(end) }
        return KeyedWaveform(restLevel: reflection.absorbing, keyedLevel: 1, edges: edges, seconds: end)
    }
}
