import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Gives the metrics to whoever asks over HTTP: `GET /metrics`, and `GET /healthz` whether the service is well.
///
/// One answer a connection; 16 connections at most, 10 s each. There is no TLS and no password: it belongs on loopback.
package final class MetricsEndpoint: Sendable {
    /// Whether the service is well, and in a line why not.
    package struct Health: Hashable, Sendable {
        package var isWell: Bool
        package var text: String

        package init(isWell: Bool, text: String) {
            self.isWell = isWell
            self.text = text
        }
    }

    static let mostConnections = 16
    static let timeLimit = TimeAmount.seconds(10)
    private let channel: any Channel
    /// Where it listens, as `127.0.0.1:9465`.
    package let address: String

    /// Listens from now on.
    /// - Parameter port: 0: any that is free.
    /// - Throws: `MetricsEndpointError`.
    package init(
        host: String, port: Int, registry: MetricsRegistry, health: @escaping @Sendable () -> Health
    ) async throws {
        let places = Places()
        do {
            channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: Int32(Self.mostConnections))
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    guard places.take() else { return channel.close() }
                    channel.closeFuture.whenComplete { _ in places.give() }
                    let timeOut = channel.eventLoop.scheduleTask(in: Self.timeLimit) { channel.close(promise: nil) }
                    channel.closeFuture.whenComplete { _ in timeOut.cancel() }
                    return channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true).flatMapThrowing {
                        try channel.pipeline.syncOperations.addHandler(
                            MetricsHandler(registry: registry, health: health))
                    }
                }
                .bind(host: host, port: port).get()
        } catch let error as IOError {
            throw MetricsEndpointError(host: host, port: port, cause: String(cString: strerror(error.errnoCode)))
        } catch {
            throw MetricsEndpointError(host: host, port: port, cause: "\(error)")
        }
        address = channel.localAddress.map { "\(host):\($0.port ?? port)" } ?? "\(host):\(port)"
    }

    package func stop() { channel.close(promise: nil) }
}

/// Counts connections.
private final class Places: Sendable {
    private let taken = Mutex(0)

    func take() -> Bool {
        taken.withLock { taken in
            guard taken < MetricsEndpoint.mostConnections else { return false }
            taken += 1
            return true
        }
    }

    func give() { taken.withLock { $0 -= 1 } }
}

/// Where metrics cannot be given.
package struct MetricsEndpointError: Error, CustomStringConvertible {
    package var host: String
    package var port: Int
    package var cause: String

    package var description: String {
        """
        metrics cannot be given at \(host):\(port): \(cause). Write another metrics.port, or end what listens there \
        (`ss -ltnp 'sport = :\(port)'` names it)
        """
    }
}
