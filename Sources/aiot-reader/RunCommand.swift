import AIoTBase
import AIoTReader
import ArgumentParser
import Foundation
import Logging
import LoopbackFrontEnd
import ReaderService
import ReaderTrace
import Recording
import ServiceLifecycle
import ServiceManager
import Settings
import Spool
import TraceFile
import USBTransport
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
            docs/operating.md has every key. Exit status: 0 stopped; 66 no configuration; 69 no USB here; 73 state or \
            recording cannot be written; 75 another daemon has the state directory; 77 no permission; 78 configuration wrong.
            """)

    @Option(help: ArgumentHelp("The configuration file, YAML.", valueName: "file"))
    var config: String

    @Option(help: "No burst is due earlier than this after its R2D frame, ms; goes before air.min-turnaround-ms.")
    var minTurnaround: Int?

    @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel = LogLevelOption.info

    @OptionGroup var recording: RecordOptions

    func validate() throws {
        guard let minTurnaround, !ReaderConfiguration.minTurnaroundRange.contains(minTurnaround) else { return }
        throw ValidationError("--min-turnaround \(minTurnaround): take 0 to 3,276 ms, what a start offset can tell")
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let log = ProgramLog.make(level: logLevel)
        do {
            let file = try SettingsFile(ConfigurationFile.text(at: config), name: config)
            let frontEnd = FrontEndSettings(file.root)
            let configuration = DaemonConfiguration(
                file.root, sampleRateHz: frontEnd.sampleRateHz, minTurnaroundMilliseconds: minTurnaround)
            let record = RecordSettings(file.root, recording, of: frontEnd)
            try file.finish()
            let recorder = try record.recorder(log: log)
            defer { if let recorder { log.notice("\(recorder.finish().text)") } }
            let trace = try configuration.trace.map { settings in try ReaderTrace(settings, log: log) }
            defer { trace?.close() }
            let daemon = try ReaderDaemon(
                configuration: configuration,
                frontEnd: frontEnd.make(for: configuration.reader, tap: recorder, log: log),
                notifier: .fromEnvironment, observers: [trace].compactMap { $0 }, log: log)
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
        case is USBError: Ending.unavailable
        case let error as RecordingFailure: error.kind == .denied ? Ending.noPermission : Ending.cannotWrite
        case let error as TraceFileFailure: error.isPermission ? Ending.noPermission : Ending.cannotWrite
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
