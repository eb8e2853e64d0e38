import AIoTBase
import ArgumentParser
import Crypto
import Logging
import Recording
import Settings
import Transceiver

/// The `record` of a configuration file; the options of `run` go before it.
struct RecordSettings {
    /// nil: nothing is recorded.
    private(set) var plan: RecorderPlan?

    /// Memory of the ring mode, in milliseconds.
    static let ringRange = 1...60_000
    /// From one block on.
    static let limitRange = 1_048_576...1_099_511_627_776

    /// Reads the mapping; problems are left in `root` for `finish` to throw.
    /// - Parameter options: nil: there was no command line for them.
    init(_ root: SettingsMapping, _ options: RecordOptions? = nil, of frontEnd: FrontEndSettings) {
        let mapping = root.mapping("record")
        let ringMilliseconds = mapping?.int("ring-ms", in: Self.ringRange)
        let limitOctets = mapping?.int("limit-octets", in: Self.limitRange)
        let preRoll = mapping?.int("pre-roll-ms", in: 0...10_000)
        let postRoll = mapping?.int("post-roll-ms", in: 0...10_000)
        let pieces = mapping?.int("max-pieces", in: 1...10_000)
        let file = mapping?.string("file")
        let folder = mapping?.string("folder")
        guard let name = options?.record ?? file ?? (mapping != nil ? "aiot-reader" : nil) else { return }
        if let mapping, file == nil, folder == nil, options?.record == nil {
            mapping.problem("file", "name the recording, as in `record: {file: /var/tmp/aiot}`, or a folder for it")
        }
        let isWhole = options?.record != nil || name.hasPrefix("/")
        var plan = RecorderPlan(name: isWhole ? name : (folder.map { $0 + "/" } ?? "") + name)
        if let limit = options?.recordLimit ?? limitOctets { plan.limitOctets = Int64(limit) }
        if let milliseconds = options?.recordRing ?? ringMilliseconds {
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
        plan.frequencyHz = frontEnd.frequencyHz.map(Double.init)
        self.plan = plan
        if let reason = frontEnd.notRecordable { root.problem("record", reason) }
    }

    /// The recorder, ready to be fed; nil where nothing is recorded.
    func recorder(log: Logger) throws(RecordingFailure) -> IQRecorder? {
        guard let plan else { return nil }
        return try IQRecorder(plan, digest: { SampleDigest() }) { notice in
            log.log(level: notice.isTrouble ? .warning : .notice, "\(notice.text)")
        }
    }
}

/// What `run` is told of recording on its command line.
struct RecordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Writes what the front end receives to NAME.sigmf-data and NAME.sigmf-meta.", valueName: "name"))
    var record: String?

    @Option(help: "With --record: keeps so many ms in memory and saves only around bursts that did not decode.")
    var recordRing: Int?

    @Option(help: "With --record: octets of samples at most. (default: 4 GiB)")
    var recordLimit: Int?

    func validate() throws {
        if let record, record.isEmpty || record.hasSuffix("/") {
            throw ValidationError("--record \(record): name a file, as in --record /var/tmp/aiot")
        }
        for (name, value, range) in [
            ("--record-ring", recordRing, RecordSettings.ringRange),
            ("--record-limit", recordLimit, RecordSettings.limitRange),
        ] {
            guard let value else { continue }
            guard record != nil else { throw ValidationError("\(name) goes with --record NAME") }
            guard range.contains(value) else {
                throw ValidationError("\(name) \(value): take \(range.lowerBound) to \(range.upperBound)")
            }
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
