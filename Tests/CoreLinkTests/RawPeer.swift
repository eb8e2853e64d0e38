import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A client that sends what it likes, for what no `LinkClient` would do.
final class RawPeer: Sendable {
    let happenings = Happenings<Happening>()
    let channel: any Channel

    enum Happening: Sendable {
        case octets([UInt8])
        case closed
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let happenings: Happenings<Happening>

        init(_ happenings: Happenings<Happening>) { self.happenings = happenings }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            happenings.add(.octets(Array(unwrapInboundIn(data).readableBytesView)))
        }
        func channelInactive(context: ChannelHandlerContext) { happenings.add(.closed) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// - Parameters:
    ///   - reads: false for a peer that never reads.
    ///   - handlers: in front of the one that listens, such as TLS.
    convenience init(
        to address: LinkAddressPort, reads: Bool = true,
        handlers: @escaping @Sendable () throws -> [any ChannelHandler] = { [] }
    ) async throws {
        try await self.init(reads: reads, handlers: handlers) { $0.connect(host: address.host, port: address.port) }
    }

    /// On the Unix socket at `path`.
    convenience init(at path: String, reads: Bool) async throws {
        try await self.init(reads: reads, handlers: { [] }) { $0.connect(unixDomainSocketPath: path) }
    }

    private init(
        reads: Bool, handlers: @escaping @Sendable () throws -> [any ChannelHandler],
        connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws {
        let happenings = happenings
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(handlers() + [Handler(happenings)])
                }
            }
        channel = try await connect(bootstrap).get()
    }

    func send(_ octets: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: octets), promise: nil) }

    func closed(within limit: Duration = .seconds(30)) async throws {
        try await happenings.next(within: limit) { if case .closed = $0 { () } else { nil } }
    }

    func close() async { try? await channel.close() }
}

struct LinkAddressPort: Sendable {
    let host: String
    let port: Int
}
