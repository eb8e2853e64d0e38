import NIOCore
import NIOHTTP1

/// Answers one request of a connection, then closes it.
final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let registry: MetricsRegistry
    private let health: @Sendable () -> MetricsEndpoint.Health
    private var head: HTTPRequestHead?

    init(registry: MetricsRegistry, health: @escaping @Sendable () -> MetricsEndpoint.Health) {
        self.registry = registry
        self.health = health
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = head.uri.prefix { $0 != "?" }
        var headers: HTTPHeaders = ["connection": "close", "content-type": "text/plain; charset=utf-8"]
        var status = HTTPResponseStatus.ok
        var text: String
        switch (path, head.method) {
        case ("/metrics", .GET), ("/metrics", .HEAD):
            text = PrometheusText.write(registry)
            headers.replaceOrAdd(name: "content-type", value: PrometheusText.contentType)
        case ("/healthz", .GET), ("/healthz", .HEAD):
            let health = health()
            status = health.isWell ? .ok : .serviceUnavailable
            text = health.text + "\n"
        case ("/metrics", _), ("/healthz", _):
            status = .methodNotAllowed
            headers.add(name: "allow", value: "GET, HEAD")
            text = "write GET\n"
        default:
            status = .notFound
            text = "there are /metrics and /healthz\n"
        }
        headers.add(name: "content-length", value: "\(text.utf8.count)")
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if head.method != .HEAD {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: text)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
