package import AIoTAir
package import AIoTBase
package import AIoTCapture
package import AIoTPhy
package import AIoTReader
package import AIoTSecurity

/// What is to be on the air, and what the receiver makes of it: a script of `synth` (`docs/synth.md`).
package struct SynthScript: Sendable {
    package var sampleRateHz = 1_920_000.0
    package var format = SampleFormat.ci16le
    /// What the recording says its carrier was.
    package var frequencyHz = 920_600_000.0
    /// Of everything that is drawn at random.
    package var seed: UInt64 = 1
    package var channel = SynthChannel()
    package var steps: [SynthStep] = []

    /// Seconds of the longest recording (*ours*): a typing error must not fill a disk.
    package static let longestSeconds = 600.0
    /// Octets of samples of the longest recording (*ours*).
    package static let mostOctets = 10_000_000_000

    package init() {}

    /// Samples that a recording may have.
    package var sampleLimit: Int {
        min(Int(Self.longestSeconds * sampleRateHz), Self.mostOctets / format.octetsPerSample)
    }
}

/// The way from devices and carrier to the samples.
package struct SynthChannel: Sendable {
    /// SNR per bit of a device of 0 dB at `bitRateHz` (`spec/2 "What the receiver hears"`); nil: no noise.
    package var snrDB: Double? = 20
    package var bitRateHz = 60_000.0
    /// Amplitude of the carrier leak.
    package var leak = 0.5
    /// Power of a device of 0 dB relative to the leak, dB.
    package var deviceToLeakDB = -30.0
    /// Devices whose power is not given lie uniformly within plus and minus this, dB.
    package var powerSpreadDB = 3.0
    package var carrierOffsetHz = 0.0
    package var dcOffset: (re: Double, im: Double) = (0.01, -0.02)
    package var leakDrift: Impairments.LeakDrift?
    package var impulses: Impairments.Impulses?
    /// Bits of the receiver's converter, where it has fewer than the datatype.
    package var converterBits: Int?

    package init() {}

    /// Half the distance between the states of a device of 0 dB, as received.
    package var deviceAmplitude: Double { leak * amplitude(dB: deviceToLeakDB) }
}

/// One thing after another.
package struct SynthStep: Sendable {
    package enum Action: Sendable {
        case frame(SynthFrame)
        /// The carrier stays on for so many seconds.
        case wait(Double)
        /// The carrier is off for so many seconds.
        case carrierOff(Double)
        case inventory(SynthInventory)
    }

    /// As in `steps[3]`, for problems.
    package var key: String
    package var action: Action
}

/// An R2D frame, and the bursts that follow it.
package struct SynthFrame: Sendable {
    /// What is wrong with the frame.
    package enum Fault: Hashable, Sendable {
        /// The last bit of the CRC is inverted.
        case crc
        /// The frame ends, with the carrier on, after so many bits of length, message and CRC.
        case truncated(bits: Int)
    }

    package var octets: [UInt8]
    package var chipsPerSymbol = 6
    package var fault: Fault?
    package var answers: [SynthBurst] = []
    /// From the end of the frame to the next step, seconds; nil: until everything that it opened is over.
    package var next: Double?
}

/// A D2R burst.
package struct SynthBurst: Sendable {
    /// As in `steps[3].answers[0]`, for problems.
    package var key: String
    package var octets: [UInt8]
    package var format: D2RBurstFormat
    package var frequencyPosition = 0
    /// Nominal start after the end of the R2D frame.
    package var delay: AirDuration
    /// Later than that, by the reader's clock, seconds.
    package var late = 0.0
    package var isCRCRight = true
    package var device: SynthDevice
    /// Whether a receiver is expected to decode it.
    package var decodable: Bool?
    /// Whether the R2D frame before has scheduled just this.
    package var isScheduled: Bool
    package var note: String?
}

/// What makes a device's bursts different from another's.
package struct SynthDevice: Hashable, Sendable {
    /// Relative error e of its clock, positive = fast.
    package var clockError = 0.0
    /// Relative to the channel's 0 dB; nil: drawn.
    package var powerDB: Double?
    /// Of its reflection against the leak, degrees; nil: drawn.
    package var phaseDegrees: Double?
    package var reflection = ReflectionKind.onOff
    /// Tells devices apart whose other values are equal.
    package var identity: String
}

/// A whole exchange of a reader, an AIoTF and simulated devices.
package struct SynthInventory: Sendable {
    package enum Target: String, Sendable, CaseIterable {
        case all
        case group
        case device
    }

    package var devices = 1
    package var seed: UInt64?
    package var security: SecurityConfiguration
    package var target = Target.group
    package var reader: ReaderConfiguration
    package var largestClockError = 0.02
    package var command: FollowOnCommand?

    package var targetKind: PagingTargetKind {
        switch target {
        case .all: .all
        case .group: .group
        case .device: .single
        }
    }
}
