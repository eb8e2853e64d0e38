import Glibc
import NIOCore
import NIOPosix

/// The words for what ends a connection, or keeps it from standing.
struct ConnectionTexts: Sendable {
    /// How the other side is called.
    let peer: String
    let isTLS: Bool
    /// What this side's certificate is called in texts; nil without TLS.
    var refusal: @Sendable () -> String? = { nil }

    func closedByPeer(wasOpen: Bool) -> String {
        wasOpen ? "\(peer) closed the connection: its log names the reason" : "\(peer) hung up before it said anything"
    }

    func ended(by error: any Error, wasOpen: Bool) -> String {
        switch error {
        case let error as IOError: system(error.errnoCode)
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first {
                ended(by: failure.error, wasOpen: wasOpen)
            } else {
                "the host name of \(peer) cannot be resolved: correct it, or write an IP address"
            }
        case ChannelError.connectTimeout: system(ETIMEDOUT)
        default: "\(peer): \(error)"
        }
    }

    private func system(_ code: CInt) -> String {
        switch code {
        case ECONNREFUSED:
            "\(peer) refused the connection: nothing listens there; start the AIoTF or correct the address"
        case ENOENT: "there is no socket at \(peer): start the AIoTF or correct the path"
        case EACCES, EPERM: "no permission to open \(peer): join the group that owns it"
        case ECONNRESET, EPIPE: "\(peer) cut the connection: its log names the reason"
        case ETIMEDOUT: "nothing came back from \(peer): packets are lost on the way, or its machine is down"
        case EHOSTUNREACH, ENETUNREACH: "there is no way to \(peer): check cable, address and route"
        default: "\(peer): \(String(cString: strerror(code))) (errno \(code)): look up this error"
        }
    }
}
