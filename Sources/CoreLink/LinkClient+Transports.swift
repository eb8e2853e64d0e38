import AIoTBase
import AIoTLink
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// How a client's transports come and go.
extension LinkClient {
    func open(_ transport: Int, _ endpoint: Int) {
        let address = configuration.endpoints[endpoint]
        let queue = OutboundQueue(limit: configuration.queueLimit)
        state.withLock { $0.transports[transport] = Transport(endpoint: endpoint, queue: queue) }
        let bootstrap = ClientBootstrap(group: loop)
            // Past the machine's own bound, which gives the words.
            .connectTimeout(.milliseconds(500) + .nanoseconds(configuration.times.connect.nanoseconds))
            .channelInitializer { channel in self.initialise(channel, transport, address) }
        let texts = ConnectionTexts(peer: "\(address)")
        connect(bootstrap, to: address).whenFailure { error in
            self.ended(transport, texts.ended(by: error, atOnce: false))
        }
    }

    private func connect(_ bootstrap: ClientBootstrap, to address: LinkAddress) -> EventLoopFuture<any Channel> {
        switch address {
        case .tls(let host, let port), .tcp(let host, let port): return bootstrap.connect(host: host, port: port)
        case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
        case .sctp(let host, let port):
            let seconds = Int(configuration.times.connect.seconds.rounded(.up))
            return NIOThreadPool.singleton
                .runIfActive(eventLoop: loop) { try SCTP.connect(host: host, port: port, seconds: seconds) }
                .assumeIsolated().flatMap { bootstrap.withConnectedSocket($0) }.nonisolated()
        case .inProcess(let link):
            guard let socket = link.connect() else {
                return loop.makeFailedFuture(LinkError("no AIoTF listens in this process: start one before the reader"))
            }
            return bootstrap.withConnectedSocket(socket)
        }
    }

    private func initialise(
        _ channel: any Channel, _ transport: Int, _ address: LinkAddress
    ) -> EventLoopFuture<Void> {
        SocketOptions.set(on: channel, for: address).flatMapThrowing {
            var texts = ConnectionTexts(peer: "\(address)")
            let handlers = channel.pipeline.syncOperations
            if case .tls(let host, _) = address, let credentials = self.credentials.withLock({ $0 }) {
                let verdict = PeerVerdict()
                texts.tls = .init(verdict: verdict, credentials: credentials, peer: .aiotf)
                try handlers.addHandler(
                    NIOSSLClientHandler(
                        context: credentials.context,
                        serverHostname: LinkAddress.isAddress(host) ? nil : host,
                        customVerificationCallback: verdict.callback(credentials.verifier, orNames: [host])))
            }
            try handlers.addHandler(
                FrameHandler(texts: texts, framing: address.framing, listener: self.listener(transport)))
        }
    }

    private func listener(_ transport: Int) -> FrameHandler.Listener {
        // Of several addresses of a host more than one may answer: the first is taken, the others are closed unheard.
        var isTaken = false
        return FrameHandler.Listener(
            connected: { channel in
                isTaken = self.state.withLock { state in
                    // Where the machine gave it up meanwhile, there is no entry.
                    guard let waiting = state.transports[transport], waiting.channel == nil else { return false }
                    state.transports[transport]?.channel = channel
                    return true
                }
                if !isTaken { channel.close(promise: nil) }
            },
            opened: { if isTaken { self.handle(.opened(transport: transport)) } },
            mayReceive: { self.credit.isLeft },
            received: { self.receive($0, from: transport) },
            closed: { if isTaken { self.ended(transport, $0) } })
    }

    private func ended(_ transport: Int, _ reason: String) {
        guard state.withLock({ $0.transports.removeValue(forKey: transport) }) != nil else { return }
        handle(.closed(transport: transport, reason: reason))
    }

    func close(_ transport: Int, _ reason: String) {
        guard let closed = state.withLock({ $0.transports.removeValue(forKey: transport) }) else { return }
        closed.channel?.triggerUserOutboundEvent(FrameHandler.Close(reason: reason), promise: nil)
    }
}
