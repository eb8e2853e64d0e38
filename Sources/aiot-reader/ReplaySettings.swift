import AIoTBase
import AIoTCapture
import AIoTReader
import Logging
import RadioFrontEnd
import Recording
import Settings
import Transceiver

/// A `front-end` of type `replay`: a recording in place of a radio.
struct ReplaySettings {
    private var path = ""
    /// nil, with a problem, where it cannot be read.
    private var file: RecordingFile?
    /// How many times faster than it was recorded; 0: as fast as it goes.
    private var pace = 1.0

    /// Opens the recording that the mapping names; problems are left in it.
    init(_ mapping: SettingsMapping) {
        let rateHz = mapping.number("rate-hz", in: 1e6...20e6)
        let datatype = mapping.string("datatype")
        pace = mapping.number("pace", in: 0...1_000, default: pace)
        guard let path = mapping.string("file") else {
            if !mapping.has("file") {
                mapping.problem("file", "name the recording, as in `front-end: {type: replay, file: /var/tmp/aiot}`")
            }
            return
        }
        self.path = path
        do throws(RecordingFile.Problem) {
            file = try RecordingFile(path: path, rateHz: rateHz, datatype: datatype)
        } catch {
            mapping.problem("file", error.description)
        }
    }

    /// Of the recording.
    var sampleRateHz: Double? { file?.sampleRateHz }

    /// The front end, not started yet.
    func make(for reader: ReaderConfiguration, log: Logger) throws -> ReplayFrontEnd {
        guard let file else { throw Ending.configuration }
        let source = ReplaySource(
            name: path, format: file.format.fullRange, sampleRateHz: file.sampleRateHz,
            read: { octets in Array(try file.read(octets: octets)) })
        return ReplayFrontEnd(source: source, profile: reader.profile, pace: pace > 0 ? pace : nil) { outcome in
            for frame in outcome.frames {
                log.debug(
                    "nobody ordered: \(frame.isR2D ? "R2D" : "D2R")",
                    metadata: ["octets": "\(Hex.encoded(frame.octets))"])
            }
        }
    }
}

extension SampleFormat {
    /// With the full scale that recordings have.
    fileprivate var fullRange: StreamFormat {
        switch self {
        case .ci8: .ci8
        case .cu8: .cu8
        case .ci16le: .ci16
        case .cf32le: StreamFormat(.cf32le, fullScale: 1)
        }
    }
}
