import CoreLink
package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// The control socket: clients of this machine send one request each, and are told lines of JSON until all is said.
package final class ControlServer: ControlClients {
    private struct State {
        var clients: [ControlClientID: any Channel] = [:]
        /// Those of them that wait for an order to end.
        var waiting: Set<ControlClientID> = []
        var lastID = 0
    }

    /// Clients at once; further ones are turned away.
    static let largestClients = 64
    /// Of these, those that may wait for the end of an order, so that others can ask, and cancel.
    static let largestWaiting = 48
    /// Octets that may wait for a client; one that reads slower is left, its results stay in the store.
    private static let largestBacklog = 16 * 1_024 * 1_024

    private let path: String
    private let mailbox: Mailbox
    private let log: Logger
    private let state = Mutex(State())
    fileprivate let requestTime: TimeAmount

    /// - Parameter requestTime: how long a client may take to send its line.
    package init(path: String, mailbox: Mailbox, log: Logger, requestTime: TimeAmount = .seconds(10)) {
        self.requestTime = requestTime
        self.path = path
        self.mailbox = mailbox
        self.log = log
    }

    /// Listens; owner and group of the socket may connect.
    /// - Throws: `ControlSocketFailure` where that is not possible.
    package func start() async throws -> ControlListener {
        let file = try ControlSocketFile.claim(path)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: Self.largestBacklog / 2, high: Self.largestBacklog)
            )
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
            return ControlListener(channel: channel, file: file)
        } catch let error as IOError {
            file.release()
            throw ControlSocketFailure(path: path, errno: error.errnoCode)
        }
    }

    package func tell(_ line: ControlLine, to client: ControlClientID, isLast: Bool) {
        guard let channel = state.withLock({ $0.clients[client] }) else { return }
        guard channel.isWritable else {
            log.warning("a control client reads too slowly and is left: `aiotf results` has what it misses")
            channel.close(promise: nil)
            return
        }
        let written = channel.writeAndFlush(ByteBuffer(string: line.text + "\n"))
        if isLast { written.whenComplete { _ in channel.close(promise: nil) } }
    }

    /// - Returns: nil where there are too many.
    fileprivate func admit(_ channel: any Channel) -> ControlClientID? {
        state.withLock { state in
            guard state.clients.count < Self.largestClients else { return nil }
            state.lastID += 1
            let client = ControlClientID(state.lastID)
            state.clients[client] = channel
            return client
        }
    }

    fileprivate func left(_ client: ControlClientID) {
        state.withLock {
            $0.clients[client] = nil
            $0.waiting.remove(client)
        }
        mailbox.post(.clientLeft(client))
    }

    private func mayWait(_ client: ControlClientID, for request: ControlRequest) -> Bool {
        guard case .inventory(_, waits: true) = request else { return true }
        return state.withLock { state in
            guard state.waiting.count < Self.largestWaiting else { return false }
            state.waiting.insert(client)
            return true
        }
    }

    fileprivate func take(_ line: some Sequence<UInt8>, from client: ControlClientID) {
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

/// The control socket while it is open.
package struct ControlListener: Sendable {
    fileprivate let channel: any Channel
    fileprivate let file: UnixSocketFile

    package func close() async {
        file.release()
        try? await channel.close()
    }
}

/// Reads the one line of a client.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: ControlServer
    private var client: ControlClientID?
    private var line: [UInt8] = []
    private var isTaken = false
    private var deadline: Scheduled<Void>?

    init(_ server: ControlServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        client = server.admit(context.channel)
        guard client == nil else {
            deadline = context.eventLoop.assumeIsolated().scheduleTask(in: server.requestTime) {
                self.refuse("no request came in time: send one line, at once")
            }
            return
        }
        let text = ControlLine.busy("\(ControlServer.largestClients) clients are connected: try again later").text
        context.writeAndFlush(NIOAny(ByteBuffer(string: text + "\n")), promise: nil)
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard client != nil, !isTaken else { return }
        line += unwrapInboundIn(data).readableBytesView
        if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
            take(line[..<end])
        } else if line.count > ControlRequest.largestLine {
            refuse("a request is one line of at most 65,536 octets")
        }
    }

    /// A client that has said all it has to say may leave the line end out.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed, !isTaken else { return }
        if line.isEmpty { context.close(promise: nil) } else { take(line[...]) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if let client { server.left(client) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func take(_ request: ArraySlice<UInt8>) {
        end()
        if let client { server.take(request, from: client) }
    }

    private func refuse(_ text: String) {
        end()
        if let client { server.tell(.error(text), to: client, isLast: true) }
    }

    private func end() {
        isTaken = true
        line = []
        deadline?.cancel()
    }
}
