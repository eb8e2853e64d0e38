import AIoTReader
import RadioFrontEnd
import Settings
import Transceiver

/// The `front-end` of a configuration file: one of the radios that this program knows.
enum FrontEndSettings {
    case loopback(LoopbackSettings)
    case pluto(PlutoSettings)
    case twoBox(TwoBoxSettings)
    /// Named wrongly or not at all; a problem has been left.
    case unknown

    private enum Kind: String, CaseIterable {
        case loopback
        case pluto
        case twoBox = "two-box"
        case hackRF = "hackrf"
        case rtlSDR = "rtl-sdr"
    }

    /// Reads the mapping; problems are left in `root` for `finish` to throw.
    init(_ root: SettingsMapping) {
        self = .unknown
        guard let mapping = root.mapping("front-end") else {
            root.problem("front-end", "name one, as in `front-end: {type: loopback, devices: 20}`")
            return
        }
        switch mapping.choice("type", of: Kind.self) {
        case .loopback: self = .loopback(LoopbackSettings(mapping))
        case .pluto: self = .pluto(PlutoSettings(mapping))
        case .twoBox: self = .twoBox(TwoBoxSettings(mapping))
        case .hackRF, .rtlSDR:
            mapping.problem(
                "type",
                "it cannot send and receive at once: write two-box, and it as the transmitter or receiver of that")
        case nil:
            if !mapping.has("type") { mapping.problem("type", "write loopback, pluto or two-box") }
        }
    }

    /// Of what the front end receives.
    var sampleRateHz: Double {
        switch self {
        case .pluto(let settings): settings.box.sampleRateHz
        case .twoBox(let settings): settings.transmitter.sampleRateHz
        case .loopback, .unknown: ReaderConfiguration().sampleRateHz
        }
    }

    /// The front end, not started yet.
    /// - Throws: `DeviceMemoryError`, or why there is no USB here.
    func make(for reader: ReaderConfiguration) throws -> any RadioFrontEnd {
        switch self {
        case .loopback(let settings): try settings.make(for: reader)
        case .pluto(let settings): try settings.make(for: reader)
        case .twoBox(let settings): try settings.make(for: reader)
        case .unknown: throw Ending.configuration
        }
    }
}
