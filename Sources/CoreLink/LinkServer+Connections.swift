import AIoTLink
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// How a server's connections come and go.
extension LinkServer {
    func initialise(_ channel: any Channel, at address: LinkAddress) -> EventLoopFuture<Void> {
        SocketOptions.set(on: channel, for: address).flatMapThrowing {
            let connection = try self.admit(channel, at: address)
            var texts = ConnectionTexts(peer: connection.peer)
            // A socket that ends before its pipeline is complete is heard of only here.
            let ending = texts.closedByPeer(atOnce: false)
            channel.closeFuture.whenComplete { _ in self.ended(connection, ending) }
            let handlers = channel.pipeline.syncOperations
            if address.isTLS, let credentials = self.credentials.withLock({ $0 }) {
                texts.tls = .init(verdict: connection.verdict, credentials: credentials, peer: .reader)
                try handlers.addHandler(
                    NIOSSLServerHandler(
                        context: credentials.context,
                        customVerificationCallback: connection.verdict.callback(credentials.verifier, orNames: [])))
            }
            try handlers.addHandler(
                FrameHandler(texts: texts, framing: address.framing, listener: self.listener(connection)))
        }
    }

    /// Gives the connection a place among those without a handshake; where there is none, the oldest leaves.
    private func admit(_ channel: any Channel, at address: LinkAddress) throws -> ServerConnection {
        let peer =
            switch address {
            case .unix, .inProcess: "\(address)"
            default: channel.remoteAddress.map { "\($0.ipAddress ?? "?"):\($0.port ?? 0)" } ?? "\(address)"
            }
        let (connection, oldest) = state.withLock { state in
            state.lastID += 1
            let connection = ServerConnection(
                id: ConnectionID(number: state.lastID), channel: channel, peer: peer, limits: limits)
            let isCrowded = state.halfOpen.count >= limits.handshakes
            let oldest = isCrowded ? state.connections[state.halfOpen.removeFirst()] : nil
            state.connections[connection.id] = connection
            state.halfOpen.append(connection.id)
            return (connection, oldest)
        }
        if let oldest { turnAway(oldest, "too many TLS handshakes at once", counting: \.slowHandshakes) }
        return connection
    }

    private func listener(_ connection: ServerConnection) -> FrameHandler.Listener {
        FrameHandler.Listener(
            connected: { _ in
                if self.state.withLock({ $0.isStopping }) { connection.close("the AIoTF was stopped") }
            },
            opened: { self.opened(connection) },
            mayReceive: { connection.credit.isLeft },
            received: { frame in
                connection.heard(frame)
                connection.credit.take()
                self.events(.received(connection.id, frame))
            },
            closed: { self.ended(connection, $0) })
    }

    private func opened(_ connection: ServerConnection) {
        let hasRoom = state.withLock { state in
            state.halfOpen.removeAll { $0 == connection.id }
            return state.connections.count - state.halfOpen.count <= limits.connections
        }
        guard hasRoom else {
            return turnAway(connection, "all \(limits.connections) connections are taken", counting: \.full)
        }
        connection.life.withLock { life in
            life.isOpen = true
            life.heard = .now()
        }
        let peer = connection.verdict.name.map { "\(connection.peer) (\($0))" } ?? connection.peer
        log.info("connected", metadata: ["connection": "\(connection.id)", "peer": "\(peer)"])
        events(.connected(connection.id, peer: peer))
    }

    /// Closes a connection that the user has not been told of.
    func turnAway(
        _ connection: ServerConnection, _ reason: String, counting counter: WritableKeyPath<TurnedAway, Int>
    ) {
        connection.life.withLock { $0.isTurnedAway = true }
        state.withLock { $0.turnedAway[keyPath: counter] += 1 }
        connection.close(reason)
    }

    private func ended(_ connection: ServerConnection, _ reason: String) {
        let (isOpen, isCounted) = connection.life.withLock { ($0.isOpen, $0.isTurnedAway) }
        let isNew = state.withLock { state in
            guard state.connections.removeValue(forKey: connection.id) != nil else { return false }
            state.halfOpen.removeAll { $0 == connection.id }
            if !isOpen, !isCounted { state.turnedAway.refused += 1 }
            return true
        }
        guard isNew else { return }
        log.info(
            isOpen ? "disconnected: \(reason)" : "turned away: \(reason)",
            metadata: ["connection": "\(connection.id)", "peer": "\(connection.peer)"])
        if isOpen { events(.disconnected(connection.id, reason: reason)) }
    }
}
