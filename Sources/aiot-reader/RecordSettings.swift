import AIoTBase
import Crypto
import Logging
import Recording
import Settings
import Transceiver

/// The `record` of a configuration file; the options of `run` go before it.
struct RecordSettings {
    /// What `run` is told by its options.
    struct Options {
        var name: String?
        var ringMilliseconds: Int?
        var limitOctets: Int?
    }

    /// nil: nothing is recorded.
    private(set) var plan: RecorderPlan?

    /// Memory of the ring mode, in milliseconds.
    static let ringRange = 1...60_000
    /// From one block on.
    static let limitRange = 1_048_576...1_099_511_627_776

    /// Reads the mapping; problems are left in `root` for `finish` to throw.
    init(_ root: SettingsMapping, _ options: Options) {
        let mapping = root.mapping("record")
        let ringMilliseconds = mapping?.int("ring-ms", in: Self.ringRange)
        let limitOctets = mapping?.int("limit-octets", in: Self.limitRange)
        let preRoll = mapping?.int("pre-roll-ms", in: 0...10_000)
        let postRoll = mapping?.int("post-roll-ms", in: 0...10_000)
        let pieces = mapping?.int("max-pieces", in: 1...10_000)
        let file = mapping?.string("file")
        let folder = mapping?.string("folder")
        guard let name = options.name ?? file ?? (mapping != nil ? "aiot-reader" : nil) else { return }
        if let mapping, file == nil, folder == nil, options.name == nil {
            mapping.problem("file", "name the recording, as in `record: {file: /var/tmp/aiot}`, or a folder for it")
        }
        let isWhole = options.name != nil || name.hasPrefix("/")
        var plan = RecorderPlan(name: isWhole ? name : (folder.map { $0 + "/" } ?? "") + name)
        if let limit = options.limitOctets ?? limitOctets { plan.limitOctets = Int64(limit) }
        if let milliseconds = options.ringMilliseconds ?? ringMilliseconds {
            var ring = RecorderPlan.Ring(milliseconds: milliseconds)
            ring.preRollMilliseconds = preRoll ?? ring.preRollMilliseconds
            ring.postRollMilliseconds = postRoll ?? ring.postRollMilliseconds
            ring.maximumIncidents = pieces ?? ring.maximumIncidents
            plan.ring = ring
        } else {
            for key in ["pre-roll-ms", "post-roll-ms", "max-pieces"] where mapping?.has(key) ?? false {
                mapping?.problem(key, "goes with ring-ms, which saves only what lies around bursts that did not decode")
            }
        }
        self.plan = plan
    }

    /// The recorder, ready to be fed; nil where nothing is recorded.
    func recorder(frequencyHz: Double? = nil, hardware: String, log: Logger) throws(RecordingFailure) -> IQRecorder? {
        guard var plan else { return nil }
        plan.frequencyHz = frequencyHz
        plan.hardware = hardware
        return try IQRecorder(plan, digest: { SampleDigest() }) { notice in
            log.log(level: notice.isTrouble ? .warning : .notice, "\(notice.text)")
        }
    }
}

/// `core:sha512`, computed while samples are written.
private struct SampleDigest: RecordingDigest {
    private var hash = SHA512()

    mutating func update(_ octets: UnsafeRawBufferPointer) { hash.update(bufferPointer: octets) }

    func finished() -> String { Hex.encoded(Array(hash.finalize())) }
}

extension RecorderTotals {
    /// A line for the log.
    var text: String {
        "recorded \(writtenSamples) samples, lost \(lostSamples), \(gaps) gaps, saved \(incidents) pieces, "
            + "\(unsavedIncidents) not"
    }
}
