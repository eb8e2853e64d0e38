import AIoTReader
import Logging
import RadioFrontEnd
import Settings
import StreamFrontEnd
import Transceiver

/// The `front-end` of a configuration file: one of the radios that this program knows.
enum FrontEndSettings {
    case loopback(LoopbackSettings)
    case pluto(PlutoSettings)
    case twoBox(TwoBoxSettings)
    case replay(ReplaySettings)
    /// Named wrongly or not at all; a problem has been left.
    case unknown

    private enum Kind: String, CaseIterable {
        case loopback
        case pluto
        case twoBox = "two-box"
        case hackRF = "hackrf"
        case rtlSDR = "rtl-sdr"
        case replay
    }

    /// Reads the mapping; problems are left in `root` for `finish` to throw.
    init(_ root: SettingsMapping) {
        self = .unknown
        guard let mapping = root.mapping("front-end") else {
            if root.has("front-end") { return }
            root.problem("front-end", "name one, as in `front-end: {type: loopback, devices: 20}`")
            return
        }
        switch mapping.choice("type", of: Kind.self) {
        case .loopback: self = .loopback(LoopbackSettings(mapping))
        case .pluto: self = .pluto(PlutoSettings(mapping))
        case .twoBox: self = .twoBox(TwoBoxSettings(mapping))
        case .replay: self = .replay(ReplaySettings(mapping))
        case .hackRF, .rtlSDR:
            mapping.allowAnything()
            mapping.problem(
                "type",
                "it cannot send and receive at once: write two-box, and it as the transmitter or receiver of that")
        case nil:
            mapping.allowAnything()
            if !mapping.has("type") { mapping.problem("type", "write loopback, pluto, two-box or replay") }
        }
    }

    /// As the configuration calls it.
    var kindText: String {
        switch self {
        case .loopback: Kind.loopback.rawValue
        case .pluto: Kind.pluto.rawValue
        case .twoBox: Kind.twoBox.rawValue
        case .replay: Kind.replay.rawValue
        case .unknown: "none"
        }
    }

    /// Of what the front end receives.
    var sampleRateHz: Double {
        switch self {
        case .pluto(let settings): settings.box.sampleRateHz
        case .twoBox(let settings): settings.transmitter.sampleRateHz
        case .replay(let settings): settings.sampleRateHz ?? ReaderConfiguration().sampleRateHz
        case .loopback, .unknown: ReaderConfiguration().sampleRateHz
        }
    }

    /// Where the receiver is tuned to; nil where it has no radio.
    var frequencyHz: Int64? {
        switch self {
        case .pluto(let settings): settings.box.frequencyHz
        case .twoBox(let settings): settings.transmitter.frequencyHz
        case .loopback, .replay, .unknown: nil
        }
    }

    /// What it puts on the air; nil where it does not.
    var transmission: Transmission? {
        switch self {
        case .pluto(let settings): settings.transmission
        case .twoBox(let settings): settings.transmission
        case .loopback, .replay, .unknown: nil
        }
    }

    /// Why it cannot hear whether the channel is free; nil where it can.
    var notListening: String? {
        if case .replay = self { "a recording cannot listen first: leave it out" } else { nil }
    }

    /// Why what it receives cannot be recorded; nil where it can.
    var notRecordable: String? {
        switch self {
        case .replay: "a replay is a recording already: record a radio"
        case .loopback(let settings) where !settings.hasSamples:
            "air: burst has no samples: write air: sample in front-end, or do not record"
        case .loopback, .pluto, .twoBox, .unknown: nil
        }
    }

    /// The front end, not started yet.
    /// - Parameter tap: takes what it receives.
    /// - Throws: `DeviceMemoryError`, or why there is no USB here.
    func make(for reader: ReaderConfiguration, tap: (any ReceiveTap)?, log: Logger) throws -> any RadioFrontEnd {
        switch self {
        case .loopback(let settings): try settings.make(for: reader, tap: tap)
        case .pluto(let settings): try settings.make(for: reader, tap: tap, log: log)
        case .twoBox(let settings): try settings.make(for: reader, tap: tap, log: log)
        case .replay(let settings): try settings.make(for: reader, log: log)
        case .unknown: throw Ending.configuration
        }
    }
}
