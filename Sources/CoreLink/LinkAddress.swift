import NIOCore

/// Where an AIoTF listens, and over which transport (`spec/3 "Transports"`).
package enum LinkAddress: Hashable, Sendable, CustomStringConvertible {
    /// TLS 1.3 over TCP, certificates on both sides.
    case tls(host: String, port: Int)
    /// Plain TCP; parsing accepts loopback addresses only.
    case tcp(host: String, port: Int)
    /// A Unix domain socket.
    case unix(path: String)
    /// SCTP, where the kernel has it; always in the clear. Parsing accepts others than loopback addresses only where the
    /// text says so.
    case sctp(host: String, port: Int)
    /// The same process.
    case inProcess(InProcessLink)

    /// NGAP over TLS (*ours*).
    package static let defaultTLSPort = 38_413
    /// NGAP over SCTP (TS 38.412).
    package static let defaultSCTPPort = 38_412

    /// `tls://HOST[:PORT]`, `tcp://LOOPBACK:PORT`, `unix:/PATH`, `sctp://LOOPBACK[:PORT]` or `sctp+clear://HOST[:PORT]`;
    /// an IPv6 address in brackets.
    ///
    /// Port 0 lets a server take a free one.
    package init(parsing text: String) throws(LinkAddressError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(text.hasPrefix("unix://") ? 7 : 5))
            // The kernel's sockaddr_un has 108 octets, the last of them zero.
            guard path.hasPrefix("/"), path.utf8.count < 108 else { throw .badPath(text) }
            self = .unix(path: path)
        } else if let rest = text.after("tls://") {
            let (host, port) = try Self.hostAndPort(rest, default: Self.defaultTLSPort, in: text)
            self = .tls(host: host, port: port)
        } else if let rest = text.after("tcp://") {
            let (host, port) = try Self.hostAndPort(rest, default: nil, in: text)
            guard Self.isLoopback(host) else { throw .plainTCPOutsideLoopback(text) }
            self = .tcp(host: host, port: port)
        } else if let rest = text.after("sctp://") {
            let (host, port) = try Self.hostAndPort(rest, default: Self.defaultSCTPPort, in: text)
            guard Self.isLoopback(host) else { throw .plainSCTPOutsideLoopback(text) }
            self = .sctp(host: host, port: port)
        } else if let rest = text.after("sctp+clear://") {
            let (host, port) = try Self.hostAndPort(rest, default: Self.defaultSCTPPort, in: text)
            self = .sctp(host: host, port: port)
        } else {
            throw .unknownScheme(text)
        }
    }

    /// The address of a peer to connect to: as `init(parsing:)`, but a port of 0 is refused, which nobody listens at.
    package init(endpoint text: String) throws(LinkAddressError) {
        try self.init(parsing: text)
        if hasPortZero { throw .portZero(text) }
    }

    package var description: String {
        switch self {
        case .tls(let host, let port): "tls://\(Self.bracketed(host)):\(port)"
        case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
        case .unix(let path): "unix:\(path)"
        case .sctp(let host, let port):
            "\(Self.isLoopback(host) ? "sctp" : "sctp+clear")://\(Self.bracketed(host)):\(port)"
        case .inProcess: "the AIoTF in this process"
        }
    }

    var hasPortZero: Bool {
        switch self {
        case .tls(_, let port), .tcp(_, let port), .sctp(_, let port): port == 0
        case .unix, .inProcess: false
        }
    }

    package var isTLS: Bool { if case .tls = self { true } else { false } }

    var framing: FrameHandler.Framing { if case .sctp = self { .message } else { .length } }

    /// The address with the port that the system gave a listener.
    func listening(on port: Int?) -> LinkAddress {
        guard let port else { return self }
        return switch self {
        case .tls(let host, _): .tls(host: host, port: port)
        case .tcp(let host, _): .tcp(host: host, port: port)
        case .sctp(let host, _): .sctp(host: host, port: port)
        case .unix, .inProcess: self
        }
    }

    private static func hostAndPort(
        _ rest: Substring, default defaultPort: Int?, in text: String
    ) throws(LinkAddressError) -> (host: String, port: Int) {
        var host = rest
        var portText: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { throw .badHost(text) }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let tail = rest[rest.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { throw .badHost(text) }
            if !tail.isEmpty { portText = tail.dropFirst() }
            guard isAddress(String(host)) else { throw .badHost(text) }
        } else if let colon = rest.firstIndex(of: ":") {
            host = rest[..<colon]
            portText = rest[rest.index(after: colon)...]
        }
        let allowed = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        guard !host.isEmpty, host.utf8.count <= 253, allowed else { throw .badHost(text) }
        guard let portText else {
            guard let defaultPort else { throw .badPort(text) }
            return (String(host), defaultPort)
        }
        guard let port = Int(portText), (0...65_535).contains(port) else { throw .badPort(text) }
        return (String(host), port)
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    static func isAddress(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

    private static func isLoopback(_ host: String) -> Bool {
        isAddress(host) && (host == "::1" || host.hasPrefix("127."))
    }
}

extension String {
    fileprivate func after(_ prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}

/// Why a text is no address of a link.
package enum LinkAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownScheme(String)
    case badHost(String)
    case badPort(String)
    case badPath(String)
    case plainTCPOutsideLoopback(String)
    case plainSCTPOutsideLoopback(String)
    case portZero(String)

    package var description: String {
        switch self {
        case .unknownScheme(let text):
            "\"\(text)\" is no address of a link: write tls://HOST:PORT, unix:/PATH, tcp://127.0.0.1:PORT or sctp+clear://HOST:PORT"
        case .badHost(let text):
            "\"\(text)\" names no host: write a name, an IPv4 address, or an IPv6 address in brackets"
        case .badPort(let text): "\"\(text)\" has no port from 0 to 65535 behind its last colon: add one"
        case .badPath(let text): "\"\(text)\" needs an absolute path of at most 107 octets behind unix:"
        case .plainTCPOutsideLoopback(let text):
            "\"\(text)\" would leave this machine in the clear: take tls:// there; tcp:// is for 127.0.0.1 and [::1] only"
        case .plainSCTPOutsideLoopback(let text):
            "\"\(text)\" would leave this machine in the clear, as SCTP has no TLS here: take tls://, or write sctp+clear:// "
                + "where the network itself is protected"
        case .portZero(let text): "\"\(text)\" has port 0, where nobody listens: write the AIoTF's port"
        }
    }
}
