import AIoTBase
import AIoTReader
import ArgumentParser
import ControlSocket
import Foundation
import Logging
import LoopbackFrontEnd
import RadioFrontEnd
import ReaderControl
import ReaderService
import ReaderTrace
import Recording
import ServiceLifecycle
import ServiceManager
import Settings
import Spool
import Telemetry
import TraceFile
import USBTransport
import UnixSignals

/// `run`: the daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The reader as a daemon: a front end, and links to AIoTFs.",
        discussion: """
            Takes inventories that AIoTFs ask for, until SIGTERM or SIGINT; SIGHUP has its files read again. A smallest \
            configuration, for an AIoTF on the same machine (`aiot-reader aiotf`):
              front-end: {type: loopback, devices: 20}
              links: [{name: core, endpoints: ["unix:/run/aiot-reader-aiotf/link"]}]
              state-directory: /var/lib/aiot-reader
            docs/operating.md has every key. Exit status: 0 stopped; 64 wrong usage; 66 no configuration; 69 no USB here; 73 \
            state, recording or trace cannot be written; 75 another daemon has the state directory, or something else the \
            port of the metrics, or a health rule wants a new start; 77 no permission; 78 configuration wrong.
            """)

    @Option(help: ArgumentHelp("The configuration file, YAML.", valueName: "file"))
    var config: String

    @Option(help: "No burst is due earlier than this after its R2D frame, ms; goes before air.min-turnaround-ms.")
    var minTurnaround: Int?

    @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical; goes before log.level.")
    var logLevel: LogLevelOption?

    @OptionGroup var recording: RecordOptions
    @OptionGroup var settings: OverrideOptions

    func validate() throws {
        guard let minTurnaround, !ReaderConfiguration.minTurnaroundRange.contains(minTurnaround) else { return }
        throw ValidationError("--min-turnaround \(minTurnaround): take 0 to 3,276 ms, what a start offset can tell")
    }

    /// What the flags say of the configuration.
    private var overrides: [SettingsOverride] {
        var overrides = settings.overrides + recording.overrides
        if let minTurnaround {
            overrides.append(
                .init(name: "--min-turnaround", key: "air.min-turnaround-ms", value: .text("\(minTurnaround)")))
        }
        if let logLevel {
            overrides.append(.init(name: "--log-level", key: "log.level", value: .text(logLevel.level.rawValue)))
        }
        return overrides
    }

    func run() async throws {
        for ignored in [SIGPIPE, SIGUSR1, SIGUSR2] { signal(ignored, SIG_IGN) }
        // From the start: what comes before the service runs waits for it.
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        do {
            let loaded = try LoadedConfiguration.load(config, overrides)
            let (configuration, frontEnd) = (loaded.daemon, loaded.frontEnd)
            let log = ProgramLog.make(configuration.log)
            let recorder = try loaded.record.recorder(log: log)
            defer { if let recorder { log.notice("\(recorder.finish().text)") } }
            let watch = try await Watch(configuration, log: log)
            defer { watch.stop() }
            let trace = try configuration.trace.map { try ReaderTrace($0, log: log) }
            defer { trace?.close() }
            let samples = SwitchedRecorder(loaded.record, fixed: recorder, of: frontEnd)
            let radio = try frontEnd.make(for: configuration.reader, tap: samples.tap, log: log)
            let control = ReaderControl(description(of: loaded, radio))
            let (frames, local) = (FrameCaptureTap(), LocalLink())
            let captures = Captures(
                folder: loaded.record.folder ?? configuration.stateDirectory, tap: frames, samples: samples,
                tell: { control.tell(ofRecording: $0, log: log) })
            let daemon = try ReaderDaemon(
                configuration: configuration,
                frontEnd: radio,
                notifier: .fromEnvironment, watchdog: .fromEnvironment, credentials: .fromEnvironment,
                reload: reloadPlan(loaded, watch),
                observers: [watch.metrics, control, frames] + [trace].compactMap { $0 }, localLink: local, log: log)
            watch.apply(configuration, tell: daemon.tell)
            // The first is stopped last.
            var services: [any Service] = [captures, daemon, HangUp(hangUps) { _ = await daemon.reload() }]
            if let path = configuration.controlSocket {
                services.insert(
                    try await ReaderControlService(
                        path: path, control: control, reader: .init(daemon), extras: captures.extras(local), log: log),
                    at: 0)
            }
            var group = ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: ProgramLog.ofServices(log))
            // The loop keeps to `stop-timeout-ms`, which may change meanwhile; this is for what is worse than exchanges.
            group.maximumGracefulShutdownDuration = .seconds(DaemonConfiguration.longestStop.seconds + 2)
            group.maximumCancellationDuration = .seconds(1)
            try await ServiceGroup(configuration: group).run()
        } catch let failure as ExitCode {
            throw failure
        } catch let problems as SettingsProblems {
            for line in problems.lines { Console.report(line) }
            throw Ending.configuration
        } catch {
            Console.report("\(error)")
            throw Self.ending(of: error)
        }
    }

    private func description(of loaded: LoadedConfiguration, _ radio: any RadioFrontEnd) -> ReaderDescription {
        ReaderDescription(
            version: AIoTReaderCommand.configuration.version, processID: Int(getpid()),
            frontEnd: radio.name, configurationFile: config, links: loaded.daemon.links)
    }

    private func reloadPlan(_ loaded: LoadedConfiguration, _ watch: Watch) -> ReloadPlan {
        let (config, overrides) = (config, overrides)
        return ReloadPlan(effective: loaded.effective) {
            let next = try LoadedConfiguration.load(config, overrides)
            return (next.daemon, next.effective)
        } prepare: { next in
            { watch.apply(next) }
        }
    }

    private static func ending(of error: any Error) -> ExitCode {
        switch error {
        case let error as UnreadableFile: error.ending
        case let error as ControlSocketFailure: ExitCode(error.exitStatus)
        case let error as StateError: error.isPermission ? Ending.noPermission : Ending.cannotWrite
        case SpoolError.locked, is HealthRestart, is MetricsEndpointError: Ending.tryAgain
        case SpoolError.io(EACCES, _, _), SpoolError.io(EPERM, _, _): Ending.noPermission
        case is SpoolError: Ending.cannotWrite
        case is USBError: Ending.unavailable
        case let error as RecordingFailure: error.kind == .denied ? Ending.noPermission : Ending.cannotWrite
        case let error as TraceFileFailure: error.isPermission ? Ending.noPermission : Ending.cannotWrite
        default: Ending.configuration
        }
    }
}

/// Does something at every SIGHUP, once after the other.
struct HangUp: Service {
    private let signals: UnixSignalsSequence
    private let action: @Sendable () async -> Void

    /// - Parameter signals: what traps SIGHUP.
    init(_ signals: UnixSignalsSequence, _ action: @escaping @Sendable () async -> Void) {
        self.signals = signals
        self.action = action
    }

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { await action() }
    }
}
