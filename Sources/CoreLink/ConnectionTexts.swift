import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// The words for what ends a connection, or keeps it from standing.
struct ConnectionTexts: Sendable {
    /// How the other side is called.
    let peer: String
    /// Of a connection with TLS.
    var tls: TLS?

    struct TLS: Sendable {
        let verdict: PeerVerdict
        let credentials: TLSCredentials
        let peer: PeerVerifier.Peer
    }

    /// - Parameter atOnce: when it stood, and before anything was heard on it.
    func closedByPeer(atOnce: Bool) -> String { system(ECONNRESET, atOnce: atOnce) }

    func ended(by error: any Error, atOnce: Bool) -> String {
        switch error {
        case let error as LinkError: error.description
        case let error as IOError: system(error.errnoCode, atOnce: atOnce)
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first {
                ended(by: failure.error, atOnce: atOnce)
            } else {
                "the host name of \(peer) cannot be resolved: correct it, or write an IP address"
            }
        case ChannelError.connectTimeout: system(ETIMEDOUT, atOnce: atOnce)
        case NIOSSLError.uncleanShutdown: system(ECONNRESET, atOnce: atOnce)
        case NIOSSLError.handshakeFailed(let error): tls(error)
        case let error as BoringSSLError: tls(error)
        default: "\(peer): \(error)"
        }
    }

    private func system(_ code: CInt, atOnce: Bool) -> String {
        switch code {
        case ECONNREFUSED:
            "\(peer) refused the connection: nothing listens there; start the AIoTF or correct the address"
        case ENOENT: "there is no socket at \(peer): start the AIoTF or correct the path"
        case EACCES, EPERM: "no permission to open \(peer): join the group that owns it"
        case ECONNRESET, EPIPE:
            if atOnce, let tls, tls.peer == .aiotf {
                // In TLS 1.3 the client is done before the server has judged, and the alert may get lost.
                "\(peer) hung up right after the TLS handshake; if it refused our certificate: \(tls.credentials.ownProblem)"
            } else {
                "\(peer) closed the connection: its log names the reason"
            }
        case ETIMEDOUT: "nothing came back from \(peer): packets are lost on the way, or its machine is down"
        case EHOSTUNREACH, ENETUNREACH: "there is no way to \(peer): check cable, address and route"
        default: "\(peer): \(String(cString: strerror(code))) (errno \(code)): look up this error"
        }
    }

    private func tls(_ error: BoringSSLError) -> String {
        if let refusal = tls?.verdict.refusal { return "\(peer): \(refusal)" }
        let text = "\(error)"
        let who = tls?.peer.rawValue ?? "the other side"
        if text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            return "\(peer): \(who) showed no certificate: give it one"
        }
        if text.contains("EOF during") { return "\(peer) hung up during the TLS handshake: its log names the reason" }
        if let alert = Self.alert(in: text) {
            let isOurs = ["certificate", "unknown ca", "access denied"].contains { alert.contains($0) }
            return isOurs
                ? "\(peer): \(who) refused our certificate (alert \(alert)): \(tls?.credentials.ownProblem ?? "")"
                : "\(peer): \(who) ended TLS (alert \(alert)): it needs TLS 1.3; its log names the reason"
        }
        if ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL", "RECORD"].contains(where: text.contains) {
            return "\(peer) speaks no TLS 1.3: check which program is there, and its version"
        }
        return "\(peer): TLS failed: \(text)"
    }

    /// The name of the alert that the other side sent, as in `SSLV3_ALERT_CERTIFICATE_UNKNOWN`.
    private static func alert(in text: String) -> String? {
        guard let start = text.firstRange(of: "_ALERT_")?.upperBound else { return nil }
        let name = text[start...].prefix { $0.isUppercase || $0 == "_" || $0.isNumber }
        return name.replacing("_", with: " ").lowercased()
    }
}
