import Glibc
import NIOCore

/// What every TCP socket of a link is set to, so that a peer that vanished is noticed without probes, too.
enum SocketOptions {
    /// Keep-alive after 1 s, each second, three times; what is sent has 4 s to be acknowledged.
    static let tcp: [(option: ChannelOptions.Types.SocketOption, value: Int)] = [
        (.init(level: .socket, name: .init(rawValue: SO_KEEPALIVE)), 1),
        (.init(level: .tcp, name: .init(rawValue: TCP_NODELAY)), 1),
        (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), 1),
        (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), 1),
        (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 3),
        (.init(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT)), 4_000),
    ]
    /// Octets that the system takes before a peer that does not read is felt.
    static let sendBuffer = 128 * 1_024

    static func set(on channel: any Channel, for address: LinkAddress) -> EventLoopFuture<Void> {
        var options: [(option: ChannelOptions.Types.SocketOption, value: Int)] = [
            (.init(level: .socket, name: .init(rawValue: SO_SNDBUF)), sendBuffer)
        ]
        switch address {
        case .tls, .tcp: options += tcp
        case .sctp:
            return channel.setOption(.recvAllocator, value: SCTP.receiveBuffers).flatMap { SCTP.mark(channel) }
        case .unix, .inProcess: break
        }
        return EventLoopFuture.andAllSucceed(
            options.map { channel.setOption($0.option, value: $0.value) }, on: channel.eventLoop)
    }
}
