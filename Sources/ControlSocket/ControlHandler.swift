import NIOCore

/// Makes lines of what a client sends, and turns it away where it sends none.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: ControlSocketServer
    private var connection: ControlConnection?
    private var reader = LineReader(limit: ControlLimits.largestLine)
    private var deadline: Scheduled<Void>?
    private var isRefused = false

    init(_ server: ControlSocketServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        guard let connection = server.admit(context.channel) else {
            let text = JSONLine.busy("\(server.limits.clients) clients are connected: try again later").text
            context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\n")), promise: nil)
            context.close(promise: nil)
            return
        }
        self.connection = connection
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: .init(server.limits.requestTime)) {
            self.refuse("no request came in time: send one line, at once")
        }
        server.serve(connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection, !isRefused else { return }
        do throws(LineReader.TooLong) {
            for line in try reader.take(unwrapInboundIn(data).readableBytesView) {
                deadline?.cancel()
                connection.hears(line)
            }
        } catch {
            refuse("a request is one line of at most 65,536 octets")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed, let connection, !isRefused else { return }
        deadline?.cancel()
        if let line = reader.finish() { connection.hears(line) }
        connection.hearsTheEnd()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        guard let connection else { return }
        connection.hearsTheEnd()
        server.left(connection)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func refuse(_ text: String) {
        deadline?.cancel()
        isRefused = true
        guard let connection else { return }
        connection.send(.error(text))
        connection.hearsTheEnd()
        connection.finish()
    }
}
