import AIoTReader
import CoreLink
import Foundation
import ReaderService
import Recording
import Settings

/// A configuration, read and found right: what `run`, `doctor`, `check-config` and a reload have in common.
struct LoadedConfiguration: Sendable {
    var daemon: DaemonConfiguration
    var frontEnd: FrontEndSettings
    var record: RecordSettings
    var effective: EffectiveSettings

    /// Reads file, environment and flags; of what they say of the same key the last of these holds.
    /// - Parameter flags: what the command line says; see `OverrideOptions`.
    /// - Throws: `SettingsProblems` with everything that is wrong, or `UnreadableFile`.
    static func load(
        _ path: String, _ flags: [SettingsOverride] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> LoadedConfiguration {
        try LoadedConfiguration(
            SettingsFile(
                ConfigurationFile.contents(at: path), name: path,
                overrides: SettingsOverride.inEnvironment(environment, prefix: environmentPrefix) + flags),
            // A service manager may name several, with colons between them.
            runtimeDirectory: environment["RUNTIME_DIRECTORY"]?.split(separator: ":").first.map(String.init))
    }

    /// `AIOT_READER_AIR__MAX_ROUNDS` is `air.max-rounds`.
    static let environmentPrefix = "AIOT_READER_"

    /// - Throws: `SettingsProblems`.
    init(_ file: SettingsFile, runtimeDirectory: String? = nil) throws(SettingsProblems) {
        frontEnd = FrontEndSettings(file.root)
        daemon = DaemonConfiguration(
            file.root, sampleRateHz: frontEnd.sampleRateHz, runtimeDirectory: runtimeDirectory)
        record = RecordSettings(file.root, of: frontEnd)
        effective = file.effective
        frontEnd.transmission?.check(daemon, in: file)
        checkPaths(file)
        if let reason = frontEnd.notListening, daemon.reader.limits.listenBeforeTalk != nil {
            file.problem(at: "limits.listen-before-talk", reason)
        }
        try file.finish()
    }

    /// Two things under one path would each destroy the other.
    private func checkPaths(_ file: SettingsFile) {
        let endpoints = daemon.links.flatMap(\.endpoints)
        if let socket = daemon.controlSocket, endpoints.contains(.unix(path: socket)) {
            file.problem(at: "control.socket", "\(socket) is an endpoint of a link: name another one")
        }
        guard let trace = daemon.trace?.path else { return }
        let recorded = record.plan.map { plan in ["sigmf-data", "sigmf-meta"].map { "\(plan.name).\($0)" } } ?? []
        let epoch = "\(daemon.stateDirectory)/epoch"
        if recorded.contains(trace) || trace == daemon.controlSocket || trace == epoch {
            file.problem(at: "trace.file", "\(trace) is written by something else too: name another file")
        }
    }
}
