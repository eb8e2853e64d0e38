import AIoTLink
import NIOCore
import NIOTLS

/// The end of a connection's pipeline: octets to frames and back, reading only while there is credit.
///
/// Memory in it is bounded by one chunk read and one unfinished frame. It reports once that the connection stands
/// (with TLS: once the handshake is done), and once that it ended, with the first cause that was known.
final class FrameHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = [UInt8]
    typealias OutboundOut = ByteBuffer

    /// An outbound event: there is credit again.
    struct CreditGiven: Sendable {}
    /// An outbound event: close, and report this cause.
    struct Close: Sendable {
        let reason: String
    }

    /// Who hears of a connection; all calls come on its event loop.
    struct Listener {
        /// The socket is connected; a TLS handshake may follow.
        var connected: (any Channel) -> Void
        var opened: () -> Void
        var mayReceive: () -> Bool
        var received: ([UInt8]) -> Void
        var closed: (String) -> Void
    }

    private let listener: Listener
    private let texts: ConnectionTexts
    private let framing: Framing
    private var framer = PDUFramer()
    private var isOpen = false
    private var wasHeard = false
    private var isDelivering = false
    private var readIsDue = false
    private var wasClosed = false

    enum Framing: Sendable {
        /// A 4-octet length before each PDU.
        case length
        /// One message of the transport is one PDU (SCTP); as there are no empty ones, a single zero octet is a probe.
        case message
    }

    init(texts: ConnectionTexts, framing: Framing, listener: Listener) {
        self.texts = texts
        self.framing = framing
        self.listener = listener
    }

    func channelActive(context: ChannelHandlerContext) {
        listener.connected(context.channel)
        if texts.tls == nil { open(context: context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { open(context: context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func open(context: ChannelHandlerContext) {
        guard !isOpen, !wasClosed else { return }
        if let tls = texts.tls, tls.verdict.name == nil {
            // The library cannot be told to issue no session tickets, and asks for no verdict on who shows one.
            return close(
                context: context,
                "\(texts.peer) resumed an earlier TLS session, and was not verified: let it do a full handshake")
        }
        isOpen = true
        listener.opened()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !wasClosed else { return }
        wasHeard = true
        let buffer = unwrapInboundIn(data)
        switch framing {
        case .length: framer.append(buffer.readableBytesView)
        case .message:
            let message = Array(buffer.readableBytesView)
            framer.append(PDUFramer.frame(message == [0] ? [] : message) ?? [0xFF, 0xFF, 0xFF, 0xFF])
        }
        deliver(context: context)
    }

    private func deliver(context: ChannelHandlerContext) {
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        do {
            while !wasClosed, listener.mayReceive(), let frame = try framer.next() { listener.received(frame) }
        } catch {
            close(context: context, "\(texts.peer) sent \(error)")
        }
    }

    func read(context: ChannelHandlerContext) {
        // Before the connection is open a TLS handshake needs its reads.
        if !isOpen || listener.mayReceive() { context.read() } else { readIsDue = true }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is CreditGiven:
            deliver(context: context)
            if readIsDue, listener.mayReceive() {
                readIsDue = false
                context.read()
            }
            promise?.succeed()
        case let event as Close:
            close(context: context, event.reason)
            promise?.succeed()
        default: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let pdu = unwrapOutboundIn(data)
        switch framing {
        case .length:
            var buffer = context.channel.allocator.buffer(capacity: pdu.count + PDUFramer.prefix)
            buffer.writeInteger(UInt32(truncatingIfNeeded: pdu.count))
            buffer.writeBytes(pdu)
            context.write(wrapOutboundOut(buffer), promise: promise)
        case .message:
            // Flushed one by one, or several would leave as one message.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: pdu.isEmpty ? [0] : pdu)), promise: promise)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(context: context, texts.ended(by: error, atOnce: isOpen && !wasHeard))
    }

    func channelInactive(context: ChannelHandlerContext) {
        report(texts.closedByPeer(atOnce: isOpen && !wasHeard))
        context.fireChannelInactive()
    }

    private func close(context: ChannelHandlerContext, _ reason: String) {
        report(reason)
        context.close(promise: nil)
    }

    private func report(_ reason: String) {
        guard !wasClosed else { return }
        wasClosed = true
        listener.closed(reason)
    }
}
