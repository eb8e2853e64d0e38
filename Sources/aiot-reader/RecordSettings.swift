import AIoTBase
import ArgumentParser
import Crypto
import Logging
import Recording
import Settings
import Transceiver

/// The `record` of a configuration file.
struct RecordSettings {
    /// nil: nothing is recorded.
    private(set) var plan: RecorderPlan?

    /// Memory of the ring mode, in milliseconds.
    static let ringRange = 1...60_000
    /// From one block on.
    static let limitRange = 1_048_576...1_099_511_627_776

    /// Reads the mapping; problems are left in `root` for `finish` to throw.
    init(_ root: SettingsMapping, of frontEnd: FrontEndSettings) {
        guard let mapping = root.mapping("record") else { return }
        let file = mapping.string("file")
        let folder = mapping.string("folder")
        if file?.isEmpty ?? !mapping.has("file") || file?.hasSuffix("/") ?? false {
            mapping.problem("file", "name the recording, as in `record: {folder: /var/tmp, file: aiot}`")
        }
        let name = file ?? ""
        var plan = RecorderPlan(name: name.hasPrefix("/") ? name : (folder.map { $0 + "/" } ?? "") + name)
        plan.limitOctets = Int64(mapping.int("limit-octets", in: Self.limitRange, default: Int(plan.limitOctets)))
        if mapping.has("ring-ms") {
            var ring = RecorderPlan.Ring(milliseconds: mapping.int("ring-ms", in: Self.ringRange) ?? 1)
            ring.preRollMilliseconds = mapping.int("pre-roll-ms", in: 0...10_000, default: ring.preRollMilliseconds)
            ring.postRollMilliseconds = mapping.int("post-roll-ms", in: 0...10_000, default: ring.postRollMilliseconds)
            ring.maximumIncidents = mapping.int("max-pieces", in: 1...10_000, default: ring.maximumIncidents)
            plan.ring = ring
        } else {
            for key in ["pre-roll-ms", "post-roll-ms", "max-pieces"] where mapping.has(key) {
                mapping.problem(key, "goes with ring-ms, which saves only what lies around bursts that did not decode")
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

    /// In place of what the file says of recording; a name is one from the working directory.
    var overrides: [SettingsOverride] {
        guard let record else { return [] }
        var overrides = [
            SettingsOverride(name: "--record", key: "record.folder", value: .yaml("")),
            SettingsOverride(name: "--record", key: "record.file", value: .text(record)),
        ]
        if let recordRing {
            overrides.append(.init(name: "--record-ring", key: "record.ring-ms", value: .text("\(recordRing)")))
        }
        if let recordLimit {
            overrides.append(.init(name: "--record-limit", key: "record.limit-octets", value: .text("\(recordLimit)")))
        }
        return overrides
    }

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
