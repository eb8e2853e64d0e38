package import ControlSocket
package import Logging
import Synchronization

/// The control socket of the AIoTF: clients send one request each, and are told lines of JSON until all is said.
package final class ControlServer: ControlClients {
    private struct State {
        var clients: [ControlClientID: ControlConnection] = [:]
        /// Those of them that wait for an order to end.
        var waiting: Set<ControlClientID> = []
    }

    /// Of 64 clients, those that may wait for the end of an order, so that others can ask, and cancel.
    static let largestWaiting = 48

    private let path: String
    private let mailbox: Mailbox
    private let log: Logger
    private let state = Mutex(State())
    private let limits: ControlLimits

    /// - Parameter requestTime: how long a client may take to send its line.
    package init(path: String, mailbox: Mailbox, log: Logger, requestTime: Duration = .seconds(10)) {
        var limits = ControlLimits()
        limits.requestTime = requestTime
        self.limits = limits
        self.path = path
        self.mailbox = mailbox
        self.log = log
    }

    /// Listens; owner and group of the socket may connect.
    /// - Throws: `ControlSocketFailure` where that is not possible.
    package func start() async throws -> ControlListener {
        let server = ControlSocketServer(path: path, service: .aiotf, limits: limits, log: log) { await self.serve($0) }
        return try await server.start()
    }

    private func serve(_ connection: ControlConnection) async {
        guard let line = await connection.next() else { return }
        connection.hearNoMore()
        let client = ControlClientID(connection.id)
        state.withLock { $0.clients[client] = connection }
        take(line, from: client)
        await connection.closed()
        state.withLock {
            $0.clients[client] = nil
            $0.waiting.remove(client)
        }
        mailbox.post(.clientLeft(client))
    }

    /// One that reads too slowly is left, its results stay in the store.
    package func tell(_ line: ControlLine, to client: ControlClientID, isLast: Bool) {
        guard let connection = state.withLock({ $0.clients[client] }) else { return }
        guard connection.send(line.text) else {
            log.warning("a control client reads too slowly and is left: `aiotf results` has what it misses")
            return connection.close()
        }
        if isLast { connection.finish() }
    }

    private func mayWait(_ client: ControlClientID, for request: ControlRequest) -> Bool {
        guard case .inventory(_, waits: true) = request else { return true }
        return state.withLock { state in
            guard state.waiting.count < Self.largestWaiting else { return false }
            state.waiting.insert(client)
            return true
        }
    }

    private func take(_ line: [UInt8], from client: ControlClientID) {
        do {
            let request = try ControlRequest(line)
            guard mayWait(client, for: request) else {
                let text = "\(Self.largestWaiting) clients wait for their orders: try again, or take --no-wait"
                return tell(.busy(text), to: client, isLast: true)
            }
            if !mailbox.post(.requested(client, request)) {
                tell(.busy("the AIoTF is busy: try again"), to: client, isLast: true)
            }
        } catch {
            tell(.error(error.text), to: client, isLast: true)
        }
    }
}
