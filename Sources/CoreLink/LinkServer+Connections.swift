import AIoTLink
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// How a server's connections come and go.
extension LinkServer {
    func initialise(_ channel: any Channel, at address: LinkAddress) -> EventLoopFuture<Void> {
        let isTCP =
            switch address {
            case .tls, .tcp: true
            default: false
            }
        return SocketOptions.set(on: channel, isTCP: isTCP).flatMapThrowing {
            let connection = try self.admit(channel, at: address)
            let texts = ConnectionTexts(peer: connection.life.withLock { $0.peer }, isTLS: false)
            try channel.pipeline.syncOperations.addHandler(
                FrameHandler(texts: texts, framing: .length, listener: self.listener(connection)))
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
            if oldest != nil { state.turnedAway.slowHandshakes += 1 }
            state.connections[connection.id] = connection
            state.halfOpen.append(connection.id)
            return (connection, oldest)
        }
        oldest?.close("too many TLS handshakes at once")
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
            let hasRoom = state.connections.count - state.halfOpen.count <= limits.connections
            if !hasRoom { state.turnedAway.full += 1 }
            return hasRoom
        }
        guard hasRoom else { return connection.close("all \(limits.connections) connections are taken") }
        let peer = connection.life.withLock { life in
            life.isOpen = true
            life.heard = .now()
            return life.peer
        }
        log.info("connected", metadata: ["connection": "\(connection.id)", "peer": "\(peer)"])
        events(.connected(connection.id, peer: peer))
    }

    private func ended(_ connection: ServerConnection, _ reason: String) {
        state.withLock { state in
            state.connections[connection.id] = nil
            state.halfOpen.removeAll { $0 == connection.id }
        }
        let (isOpen, peer) = connection.life.withLock { ($0.isOpen, $0.peer) }
        log.info(
            isOpen ? "disconnected: \(reason)" : "turned away: \(reason)",
            metadata: ["connection": "\(connection.id)", "peer": "\(peer)"])
        if isOpen { events(.disconnected(connection.id, reason: reason)) }
    }
}
