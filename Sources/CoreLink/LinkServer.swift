import AIoTLink
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The AIoTF's end of the link: listens at several addresses and keeps connections apart from each other.
///
/// `events` is called on the connection's event loop, in order for each connection, and must not block. All methods may
/// be called from anywhere, also from within `events`; what they are asked about a connection that is gone is ignored.
package final class LinkServer: Sendable {
    struct State {
        var connections: [ConnectionID: ServerConnection] = [:]
        /// Without a handshake yet, the oldest first.
        var halfOpen: [ConnectionID] = []
        var lastID: UInt64 = 0
        var isStopping = false
        /// Connections turned away by cause.
        var turnedAway = TurnedAway()
    }

    /// Connections that never stood, by cause.
    package struct TurnedAway: Hashable, Sendable {
        /// More stood than `ServerLimits.connections`.
        package var full = 0
        /// The handshake did not end in time, or made room for another.
        package var slowHandshakes = 0
        /// The handshake failed, or the peer was refused.
        package var refused = 0
    }

    let addresses: [LinkAddress]
    let limits: ServerLimits
    private let tls: TLSFiles?
    let credentials: Mutex<TLSCredentials?>
    let log: Logger
    let group = MultiThreadedEventLoopGroup.singleton
    let state = Mutex(State())
    let events: @Sendable (ServerEvent) -> Void

    /// - Throws: `LinkError` when there is no address, or the TLS files are missing or wrong.
    package init(
        addresses: [LinkAddress], tls: TLSFiles?, limits: ServerLimits = ServerLimits(), log: Logger,
        events: @escaping @Sendable (ServerEvent) -> Void
    ) throws {
        guard !addresses.isEmpty else {
            throw LinkError("the AIoTF has no address to listen at: name at least one, such as tls://0.0.0.0:38413")
        }
        credentials = Mutex(
            try addresses.contains(where: \.isTLS) ? TLSCredentials(TLSFiles.needed(tls), role: .server, log: log) : nil
        )
        self.tls = tls
        self.addresses = addresses
        self.limits = limits
        self.log = log
        self.events = events
    }

    /// Listens and serves until the task is cancelled; returns when all sockets are closed.
    ///
    /// - Throws: `LinkError` when it cannot listen at one of the addresses.
    package func run() async throws {
        var listeners: [Listener] = []
        do {
            for address in addresses { listeners.append(try await listen(at: address)) }
            let guardian = watchConnections()
            await untilCancelled()
            guardian.cancel()
        } catch {
            await stop(listeners)
            throw error
        }
        await stop(listeners)
    }

    /// Sends a PDU, or with an empty one answers a probe. Never blocks; where more than `ServerLimits.queueLimit` octets
    /// wait, the connection is closed.
    package func send(_ pdu: [UInt8], to id: ConnectionID) {
        guard let connection = state.withLock({ $0.connections[id] }), pdu.count <= PDUFramer.limit else { return }
        if pdu.isEmpty { connection.answeredProbe() }
        guard connection.queue.add(pdu) else {
            return connection.close("the peer does not read what is sent: it hangs")
        }
        connection.channel.writeAndFlush(pdu).whenComplete { _ in connection.queue.remove(pdu) }
    }

    /// One `.received` of the connection has been dealt with.
    package func processed(_ id: ConnectionID) {
        guard let connection = state.withLock({ $0.connections[id] }), connection.credit.give() else { return }
        connection.channel.eventLoop.execute {
            connection.channel.triggerUserOutboundEvent(FrameHandler.CreditGiven(), promise: nil)
        }
    }

    /// Ends a connection; `.disconnected` follows with this cause.
    package func close(_ id: ConnectionID, reason: String) {
        state.withLock { $0.connections[id] }?.close(reason)
    }

    /// Reads the TLS files again, for connections from now on. Where they are wrong the old ones stay in force.
    ///
    /// - Throws: `LinkError`.
    package func reloadCertificates() throws {
        guard let tls, credentials.withLock({ $0 != nil }) else { return }
        let new = try TLSCredentials(tls, role: .server, log: log)
        credentials.withLock { $0 = new }
    }

    /// Connections that never stood, since the server was made.
    package var turnedAway: TurnedAway { state.withLock { $0.turnedAway } }

    private func stop(_ listeners: [Listener]) async {
        let connections = state.withLock { state in
            state.isStopping = true
            return Array(state.connections.values)
        }
        for listener in listeners { await listener.close() }
        for connection in connections { connection.close("the AIoTF was stopped") }
        for connection in connections { try? await connection.channel.closeFuture.get() }
    }

    /// Four times a second: ends what is overdue.
    private func watchConnections() -> RepeatedTask {
        group.next().scheduleRepeatedTask(initialDelay: .milliseconds(250), delay: .milliseconds(250)) { _ in
            for connection in self.state.withLock({ Array($0.connections.values) }) {
                guard let reason = connection.overdue(self.limits) else { continue }
                if connection.life.withLock({ $0.isOpen }) {
                    connection.close(reason)
                } else {
                    self.turnAway(connection, reason, counting: \.slowHandshakes)
                }
            }
        }
    }
}
