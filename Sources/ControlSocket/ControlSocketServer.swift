import CoreLink
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A control socket: clients of this machine send lines of JSON and are told lines of JSON.
package final class ControlSocketServer: Sendable {
    package typealias Serve = @Sendable (ControlConnection) async -> Void

    private struct State {
        var clients: [Int: ControlConnection] = [:]
        var lastID = 0
    }

    private let path: String
    private let service: ControlledService
    let limits: ControlLimits
    private let log: Logger
    private let serveOne: Serve
    private let state = Mutex(State())

    /// - Parameter serve: called for each client; when it returns the connection ends, once the client has read all.
    ///     It runs on an event loop, and must not block it.
    package init(
        path: String, service: ControlledService, limits: ControlLimits = ControlLimits(), log: Logger,
        serve: @escaping Serve
    ) {
        self.path = path
        self.service = service
        self.limits = limits
        self.log = log
        serveOne = serve
    }

    /// Listens; owner and group of the socket may connect.
    /// - Throws: `ControlSocketFailure` where that is not possible.
    package func start() async throws -> ControlListener {
        let file = try ControlSocketFile.claim(path, for: service)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            // Whoever has nothing more to say still gets its answer (`nc -N`).
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ControlHandler(self))
                }
            }
        do {
            let channel = try await bootstrap.withBoundSocket(file.descriptor).get()
            log.notice("control socket", metadata: ["path": "\(path)"])
            return ControlListener(channel: channel, file: file, server: self)
        } catch let error as IOError {
            file.release()
            throw ControlSocketFailure(errno: error.errnoCode, path: path, service: service)
        }
    }

    /// - Returns: nil where there are too many.
    func admit(_ channel: any Channel) -> ControlConnection? {
        state.withLock { state in
            guard state.clients.count < limits.clients else { return nil }
            state.lastID += 1
            let connection = ControlConnection(id: state.lastID, channel: channel, limits: limits)
            state.clients[state.lastID] = connection
            return connection
        }
    }

    /// The task ends with the connection: `next` and `closed` return then.
    func serve(_ connection: ControlConnection) {
        Task(executorPreference: EventLoopExecutor(connection.eventLoop)) {
            await self.serveOne(connection)
            connection.finish()
        }
    }

    func left(_ connection: ControlConnection) { _ = state.withLock { $0.clients.removeValue(forKey: connection.id) } }

    fileprivate func closeAll() {
        for connection in state.withLock({ Array($0.clients.values) }) { connection.finish() }
    }
}

/// A control socket while it is open.
package struct ControlListener: Sendable {
    fileprivate let channel: any Channel
    fileprivate let file: UnixSocketFile
    fileprivate let server: ControlSocketServer

    /// Listens no more; who is connected stays so.
    package func close() async {
        file.release()
        try? await channel.close()
    }

    /// Listens no more, and ends all connections.
    package func closeAll() async {
        await close()
        server.closeAll()
    }
}
