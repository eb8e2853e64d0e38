package import ControlSocket
package import Logging
import ServiceLifecycle

/// The control socket of the daemon (docs/control.md).
package struct ReaderControlService: Service {
    /// What others do who have requests of their own; nil: this daemon cannot.
    package struct Extras: Sendable {
        /// Answers `capture`; the fields without `request`.
        package var capture: (@Sendable (ControlFields) async -> JSONLine)?
        /// What is captured, for `status`; nil: nothing.
        package var captureStatus: (@Sendable () -> JSONLine?)?
        /// Has the connection for a link until it returns.
        package var link: (@Sendable (ControlConnection) async -> Void)?

        package init() {}
    }

    private let listener: ControlListener
    private let control: ReaderControl

    /// Octets that may wait for a client (*ours*: thousands of events).
    package static let backlogOctets = 1_048_576

    /// Listens at once; requests wait for the loop.
    /// - Throws: `ControlSocketFailure` where it cannot.
    package init(
        path: String, control: ReaderControl, reader: ReaderControl.Reader, extras: Extras = Extras(), log: Logger
    ) async throws {
        var limits = ControlLimits()
        limits.backlogOctets = Self.backlogOctets
        let desk = RequestDesk(control: control, reader: reader, extras: extras)
        self.control = control
        listener = try await ControlSocketServer(path: path, service: .reader, limits: limits, log: log) {
            await desk.serve($0)
        }.start()
    }

    /// Serves until the service group shuts down.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Ends all connections, and removes the socket.
    package func close() async {
        control.finish()
        await listener.closeAll()
    }
}

extension ControlledService {
    /// The daemon.
    package static let reader = ControlledService(
        name: "daemon", start: "aiot-reader run --config FILE --set control.socket=PATH",
        afterwards: "look at its log; a service manager starts it anew")
}
