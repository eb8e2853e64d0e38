import AIoTF
import ControlSocket
import CoreLink
package import Logging
import ServiceLifecycle
import ServiceManager
import Synchronization

/// The AIoTF as a process: readers over the link, a store, a control socket.
package final class AIoTFService: Service {
    /// Seconds that the loop stands still at most for another process that is writing; then it tries again.
    private static let lockTimeout = 0.5

    private let settings: AIoTFSettings
    private let log: Logger
    private let notifier = ServiceNotifier.fromEnvironment
    private let mailbox = Mailbox()
    private let server: LinkServer
    private let store: DeviceStore
    private let lock: StoreLock

    /// Takes hold of the store; nothing listens yet.
    /// - Throws: `StoreFailure`, `SettingsFailure`.
    package init(settings: AIoTFSettings, masterKey: MasterKey, log: Logger) throws {
        guard let path = settings.store else { throw SettingsFailure.noStore }
        let addresses = try settings.addresses()
        self.settings = settings
        self.log = log
        lock = try StoreLock(store: path)
        store = try DeviceStore(path: path, masterKey: masterKey, opening: .orNew, lockTimeout: Self.lockTimeout)
        let ear = LinkEar(addresses: addresses.count, mailbox: mailbox, notifier: notifier)
        let tls = try settings.tlsFiles()
        do {
            server = try LinkServer(addresses: addresses, tls: tls, log: log, events: ear.hear)
        } catch let error as LinkError {
            throw SettingsFailure.link(error.description)
        }
        ear.attach(server)
    }

    /// Serves until a graceful shutdown or cancellation.
    /// - Throws: `StoreFailure`, `ControlSocketFailure`; `LinkError` where it cannot listen.
    package func run() async throws {
        let control = settings.control.map { ControlServer(path: $0, mailbox: mailbox, log: log) }
        var configuration = AIoTFConfiguration()
        configuration.aiotfIdentifier = settings.identifier
        configuration.name = settings.name
        configuration.plmn = settings.plmn
        let loop = try AIoTFLoop(
            configuration: configuration, store: store, links: server, clients: control ?? NobodyAsks(),
            generator: SystemRandomNumberGenerator(), log: log)
        let (devices, groups, _) = loop.counts
        log.notice("store \(store.path): \(devices) devices, \(groups) groups")
        let listener = try await control?.start()
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // The first to end ends the other.
                defer { self.mailbox.stop() }
                group.addTask { try await AIoTFServer(mailbox: self.mailbox).run(loop) }
                group.addTask {
                    try await cancelWhenGracefulShutdown { try await self.server.run() }
                    self.notifier.stopping()
                    self.mailbox.stop()
                }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            await listener?.close()
            throw error
        }
        await listener?.close()
    }

    /// Takes the certificates as they are now, for connections from now on; where they are wrong the old ones stay.
    package func reload() {
        notifier.reloading()
        do {
            try server.reloadCertificates()
            log.notice("certificates reloaded")
        } catch {
            log.error("the certificates stay as they were: \(error)")
        }
        notifier.ready(status: "Serving")
    }
}

/// Hands what the links tell to the loop, and tells the service manager once all addresses are listened at.
private final class LinkEar: Sendable {
    private struct State {
        var missing: Int
        weak var server: LinkServer?
    }

    private let state: Mutex<State>
    private let mailbox: Mailbox
    private let notifier: ServiceNotifier

    init(addresses: Int, mailbox: Mailbox, notifier: ServiceNotifier) {
        state = Mutex(State(missing: addresses))
        self.mailbox = mailbox
        self.notifier = notifier
    }

    func attach(_ server: LinkServer) { state.withLock { $0.server = server } }

    func hear(_ event: ServerEvent) {
        switch event {
        case .listening: listens()
        case .connected(let id, let peer): post(.connected(ReaderID(id), peer: peer), from: id)
        case .received(let id, let pdu): post(.received(ReaderID(id), pdu), from: id)
        case .disconnected(let id, _): mailbox.post(.disconnected(ReaderID(id)))
        }
    }

    private func post(_ input: ServerInput, from id: ConnectionID) {
        guard !mailbox.post(input) else { return }
        state.withLock { $0.server }?.close(id, reason: "too much waits at the AIoTF: its store may have no room")
    }

    private func listens() {
        let left = state.withLock { state in
            state.missing -= 1
            return state.missing
        }
        if left == 0 { notifier.ready(status: "Serving") }
    }
}

/// The control clients of an AIoTF without a control socket.
private struct NobodyAsks: ControlClients {
    func tell(_ line: ControlLine, to client: ControlClientID, isLast: Bool) {}
}
