import Glibc
import Synchronization

/// A place in this process where a `LinkServer` listens and `LinkClient`s connect: for an embedded AIoTF and for tests.
///
/// Each connection is a pair of sockets without a name, so that everything else is as it is between processes.
package final class InProcessLink: Hashable, Sendable {
    private let listener = Mutex<(@Sendable (CInt) -> Void)?>(nil)

    package init() {}

    /// Whoever listens gets the other end of every new connection, and has to close it.
    func listen(_ accept: (@Sendable (CInt) -> Void)?) { listener.withLock { $0 = accept } }

    /// This end of a new connection; nil while nobody listens.
    func connect() -> CInt? {
        guard let accept = listener.withLock({ $0 }) else { return nil }
        var pair: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0 else { return nil }
        accept(pair[1])
        return pair[0]
    }

    package static func == (left: InProcessLink, right: InProcessLink) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
