package import AIoTCapture

/// One box, or a stand-in for one, as streams of samples, each counted from the start of streaming.
///
/// `open`, `start`, `stop`, `reset` and `close` are called by one thread at a time and may block for as long as USB needs.
/// A transceiver can be opened again after `close`, and after its device has been away.
package protocol Transceiver: AnyObject, Sendable {
    /// What it is, for people: "HackRF One 1234abcd".
    var name: String { get }
    var capabilities: TransceiverCapabilities { get }
    /// What a person should know of the box that was opened last, such as losses that it does not count, each for a line
    /// of the log.
    var notes: [String] { get }
    /// Finds the box and sets it up (rate, frequency, gains); sends and receives nothing yet.
    func open() throws(TransceiverFailure)
    /// Begins to stream; what it does not do (a receiver: transmit) is ignored.
    func start(_ streams: TransceiverStreams) throws(TransceiverFailure)
    /// Ends streaming, the carrier first: 100 ms later nothing is on the air. When it returns no call comes any more.
    /// Harmless where nothing streams.
    func stop()
    /// USB reset; the box is closed afterwards.
    func reset() throws(TransceiverFailure)
    func close()
    /// Told when the box comes (true) and goes (false), until `unwatch`; a box that is there is told at once.
    func watch(_ presence: @escaping @Sendable (Bool) -> Void)
    func unwatch()
}

extension Transceiver {
    package var notes: [String] { [] }

    /// The notes, each with the name of the box.
    package var namedNotes: [String] { notes.map { "\(name): \($0)" } }
}

/// What a transceiver can do, and in which form; valid from its making on.
package struct TransceiverCapabilities: Hashable, Sendable {
    package var transmits: Bool
    package var receives: Bool
    /// Of both streams, in samples per second.
    package var sampleRateHz: Double
    package var receiveFormat: StreamFormat
    package var transmitFormat: StreamFormat
    /// Samples in one call of `TransceiverStreams.transmit`, at most.
    package var transmitBlockSamples: Int
    /// Samples that are on their way to the antenna at most, counted from the call that made them: the time between
    /// a decision and the air.
    package var transmitLatencySamples: Int
    /// The streams of both directions count by one crystal.
    package var hasCommonClock: Bool

    package init(
        transmits: Bool, receives: Bool, sampleRateHz: Double, receiveFormat: StreamFormat,
        transmitFormat: StreamFormat, transmitBlockSamples: Int, transmitLatencySamples: Int, hasCommonClock: Bool
    ) {
        self.transmits = transmits
        self.receives = receives
        self.sampleRateHz = sampleRateHz
        self.receiveFormat = receiveFormat
        self.transmitFormat = transmitFormat
        self.transmitBlockSamples = transmitBlockSamples
        self.transmitLatencySamples = transmitLatencySamples
        self.hasCommonClock = hasCommonClock
    }
}

/// How the samples of a stream are stored, I before Q, little-endian, and what full scale is.
package struct StreamFormat: Hashable, Sendable {
    package var samples: SampleFormat
    /// The component value that stands for 1.0: 128 for `ci8` and `cu8`, 2,048 for 12 bits in `ci16_le`.
    package var fullScale: Float

    package init(_ samples: SampleFormat, fullScale: Float) {
        self.samples = samples
        self.fullScale = fullScale
    }

    package static let ci8 = Self(.ci8, fullScale: 128)
    package static let cu8 = Self(.cu8, fullScale: 128)
    /// 12 bits, sign-extended: what a Pluto receives.
    package static let ci12 = Self(.ci16le, fullScale: 2_048)
    /// 12 bits in the upper part of 16: what a Pluto sends.
    package static let ci16 = Self(.ci16le, fullScale: 32_768)

    package var octetsPerSample: Int { samples.octetsPerSample }
}

/// Where the samples of a transceiver go to and come from; calls come on a thread that must not be blocked.
package struct TransceiverStreams: Sendable {
    /// Takes samples as they come, whole ones, in `receiveFormat`, with the number of the first.
    package var receive: @Sendable (UnsafeRawBufferPointer, Int64) -> Void
    /// Fills the samples that go out next, in `transmitFormat`, with the number of the first.
    package var transmit: @Sendable (UnsafeMutableRawBufferPointer, Int64) -> Void
    package var trouble: @Sendable (StreamTrouble) -> Void

    package init(
        receive: @escaping @Sendable (UnsafeRawBufferPointer, Int64) -> Void = { _, _ in },
        transmit: @escaping @Sendable (UnsafeMutableRawBufferPointer, Int64) -> Void,
        trouble: @escaping @Sendable (StreamTrouble) -> Void
    ) {
        self.receive = receive
        self.transmit = transmit
        self.trouble = trouble
    }
}

/// What befalls a stream.
package enum StreamTrouble: Hashable, Sendable {
    /// Samples were lost before the ones to come, whose numbers go on without them; nil: nobody knows how many.
    case receiveGap(samples: Int64?)
    /// The box had nothing to send: the carrier was interrupted.
    case transmitUnderrun
    /// The stream has ended; `stop` is still to be called.
    case failed(TransceiverFailure)
}

/// Why a transceiver cannot do what it should; the text says cause and remedy.
package struct TransceiverFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// Not there, or not any more: wait for it.
        case absent
        /// No permission: a person has to do something.
        case denied
        /// Another program has it.
        case busy
        /// It does not do what it should; a restart of streaming, a reset or a new opening may help.
        case failed
        /// Wrong firmware or settings that it cannot take: nothing helps but another configuration.
        case unsupported
    }

    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
