import AIoTBase
import ArgumentParser
import Foundation
import Logging
import LoopbackFrontEnd
import ReaderService
import Recording
import ServiceLifecycle
import ServiceManager
import Settings
import Spool
import UnixSignals

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The reader as a daemon: a front end, and links to AIoTFs.",
        discussion: """
            Takes inventories that AIoTFs ask for, until SIGTERM or SIGINT; SIGHUP has certificates read again. A smallest \
            configuration, for an AIoTF on the same machine (`aiot-reader aiotf`):
              front-end: {type: loopback, devices: 20}
              links: [{name: core, endpoints: ["unix:/run/aiot-reader/aiotf.sock"]}]
              state-directory: /var/lib/aiot-reader
            docs/operating.md has every key. Exit status: 0 stopped; 66 no configuration; 73 state cannot be written; 75 \
            another daemon has the state directory; 77 no permission; 78 configuration wrong.
            """)

    @Option(help: ArgumentHelp("The configuration file, YAML.", valueName: "file"))
    var config: String

    @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel = LogLevelOption.info

    @Option(
        help: ArgumentHelp(
            "Writes what the front end receives to NAME.sigmf-data and NAME.sigmf-meta.", valueName: "name"))
    var record: String?

    @Option(help: "With --record: keeps so many ms in memory and saves only around bursts that did not decode.")
    var recordRing: Int?

    @Option(help: "With --record: octets of samples at most. (default: 4 GiB)")
    var recordLimit: Int?

    func validate() throws {
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

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let log = ProgramLog.make(level: logLevel)
        do {
            let file = try SettingsFile(ConfigurationFile.text(at: config), name: config)
            var configuration = DaemonConfiguration(file.root)
            let settings = FrontEndSettings(file.root)
            let record = RecordSettings(
                file.root, .init(name: record, ringMilliseconds: recordRing, limitOctets: recordLimit))
            if record.plan != nil, let reason = settings.notRecordable { file.root.problem("record", reason) }
            try file.finish()
            let recorder = try record.recorder(hardware: settings.title, log: log)
            defer { if let recorder { log.notice("\(recorder.finish().text)") } }
            let frontEnd = try settings.make(for: &configuration.reader, tap: recorder, log: log)
            let daemon = try ReaderDaemon(
                configuration: configuration, frontEnd: frontEnd, notifier: .fromEnvironment, log: log)
            var group = ServiceGroupConfiguration(
                services: [.init(service: daemon), .init(service: HangUp { daemon.reload() })],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
            let stopSeconds = configuration.stopTimeout.seconds + 2
            group.maximumGracefulShutdownDuration = .seconds(stopSeconds)
            group.maximumCancellationDuration = .seconds(1)
            try await ServiceGroup(configuration: group).run()
        } catch let failure as ExitCode {
            throw failure
        } catch {
            Console.report("\(error)")
            throw Self.ending(of: error)
        }
    }

    private static func ending(of error: any Error) -> ExitCode {
        switch error {
        case let error as StateError: error.isPermission ? Ending.noPermission : Ending.cannotWrite
        case SpoolError.locked: Ending.tryAgain
        case SpoolError.io(EACCES, _, _), SpoolError.io(EPERM, _, _): Ending.noPermission
        case is SpoolError: Ending.cannotWrite
        case let error as RecordingFailure: error.kind == .denied ? Ending.noPermission : Ending.cannotWrite
        case is RecordingFile.Problem: Ending.noInput
        default: Ending.configuration
        }
    }
}

/// A configuration file, or another one that the user names, as text.
enum ConfigurationFile {
    /// - Parameter remedy: what to do where it is not there.
    /// - Throws: exit status 66 or 77, after it has said why.
    static func text(at path: String, remedy: String = "name the configuration file with --config") throws -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            Console.report("\(path) may not be read: chown it to the user of this service, or run as its owner")
            throw Ending.noPermission
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            Console.report("\(path) is not there: \(remedy)")
            throw Ending.noInput
        } catch {
            Console.report("\(path) cannot be read as UTF-8 text: \(error.localizedDescription)")
            throw Ending.noInput
        }
    }
}

/// Does something at every SIGHUP.
struct HangUp: Service {
    let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { action() }
    }
}
