import AIoTLink
import Glibc
import NIOCore
import NIOPosix

/// SCTP sockets in the one-to-one style, where the kernel has them; found out when one is opened (TS 38.412).
///
/// Each PDU is one message with payload protocol 60. Written against the kernel's interface; not tried on a machine
/// that has SCTP.
enum SCTP {
    private static let protocolNumber: CInt = 132
    private static let defaultSendParameters: CInt = 10
    /// NGAP's payload protocol identifier (TS 38.412 7).
    private static let payloadProtocol: UInt32 = 60

    /// Each read takes one message, so its buffer must hold the longest: what does not fit would come as another.
    static let receiveBuffers = FixedSizeRecvByteBufferAllocator(capacity: PDUFramer.limit + 1)

    /// `sctp_sndrcvinfo` of RFC 6458 5.3.2.
    private struct SendParameters {
        var stream: UInt16 = 0
        var sequence: UInt16 = 0
        var flags: UInt16 = 0
        var payloadProtocol = SCTP.payloadProtocol.bigEndian
        var context: UInt32 = 0
        var timeToLive: UInt32 = 0
        var tsn: UInt32 = 0
        var cumulativeTSN: UInt32 = 0
        var association: Int32 = 0
    }

    /// A socket connected to `host`; waits, so not for an event loop.
    static func connect(host: String, port: Int, seconds: Int) throws -> CInt {
        try open(host, port) { descriptor, address in
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            return Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen)
        }
    }

    /// A socket that listens at `host`; waits for the name to be resolved.
    static func listen(host: String, port: Int) throws -> CInt {
        try open(host, port) { descriptor, address in
            guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else { return -1 }
            return Glibc.listen(descriptor, 256)
        }
    }

    private static func open(
        _ host: String, _ port: Int, _ use: (CInt, UnsafeMutablePointer<addrinfo>) -> CInt
    ) throws -> CInt {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found else {
            throw LinkError("the host name \(host) cannot be resolved: correct it, or write an IP address")
        }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, CInt(SOCK_STREAM.rawValue), protocolNumber)
        guard descriptor >= 0 else {
            throw LinkError(
                "this machine's kernel has no SCTP (\(String(cString: strerror(errno)))): load its module (modprobe sctp), "
                    + "or use tls:// between machines and unix: on one")
        }
        guard use(descriptor, first) == 0 else {
            let code = errno
            close(descriptor)
            throw IOError(errnoCode: code, reason: "SCTP")
        }
        return descriptor
    }

    /// Makes every message that leaves `channel` carry NGAP's payload protocol.
    static func mark(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return socket.unsafeSetSocketOption(
            level: .init(rawValue: protocolNumber), name: .init(rawValue: defaultSendParameters),
            value: SendParameters())
    }
}
