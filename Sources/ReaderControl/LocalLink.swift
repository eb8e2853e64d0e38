package import AIoTLink
package import ControlSocket
package import CoreLink
import NGAP
import ReaderService
import Synchronization

/// The AIoTF at the other end of the local link, as a client of the control socket.
package protocol LocalPeer: Sendable {
    /// Its next line; nil when it has gone.
    func next() async -> [UInt8]?
    /// - Returns: false where too much waits for it already.
    func send(_ text: String) -> Bool
    func close()
}

/// The link over the control socket: PDUs as lines of JSON both ways, one AIoTF at a time (docs/control.md "link").
package final class LocalLink: LocalAIoTFLink {
    private struct Connection: Sendable {
        var peer: any LocalPeer
        /// Number of the last PDU before this connection.
        var base: UInt64
        /// PDUs of it that have been confirmed.
        var confirmed: UInt64 = 0
        var isUp = false
        /// When the oldest PDU that is not confirmed went out, or the connection came while it is not up.
        var waitsSince: ContinuousClock.Instant?
        /// Why it is closed by us.
        var reason: String?
    }

    private struct State: Sendable {
        var events: (@Sendable (LinkEvent) -> Void)?
        var connection: Connection?
        /// Of the last PDU that was sent.
        var number: UInt64 = 0
        /// PDUs that the loop has not dealt with.
        var unprocessed = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    /// PDUs that the loop may leave unprocessed before reading stops, as over any link.
    static let credit = 256
    /// How long the AIoTF may take to answer the NG Setup, or to confirm a PDU (*ours*).
    static let patience = Duration.seconds(10)
    /// Octets of an AIOTFIdentifier at most, as over any link.
    private static let longestIdentifier = 255

    private let state = Mutex(State())
    private let patience: Duration

    package init() { patience = Self.patience }

    init(patience: Duration) { self.patience = patience }

    var unprocessedPDUs: Int { state.withLock { $0.unprocessed } }

    package func start(_ events: @escaping @Sendable (LinkEvent) -> Void) { state.withLock { $0.events = events } }

    /// Carries PDUs until the client goes or breaks the rules.
    package func serve(_ peer: any LocalPeer) async {
        let refusal = state.withLock { state -> String? in
            guard state.events != nil else { return "the daemon does not serve yet: try again" }
            guard state.connection == nil else {
                return "another inventory is at hand over this socket: try again when it has ended"
            }
            state.connection = Connection(peer: peer, base: state.number, waitsSince: .now)
            return nil
        }
        if let refusal {
            _ = peer.send(LocalLinkLine.busy(refusal))
            return
        }
        _ = peer.send(LocalLinkLine.accepted)
        tell(.connected(endpoint: 0))
        let watch = Task { await self.watch() }
        while let line = await peer.next() {
            do throws(LocalLinkLine.Problem) {
                try take(LocalLinkLine(line))
            } catch {
                end(error.text)
                break
            }
            await room()
        }
        watch.cancel()
        // Nothing more goes to it, and no other one comes before the loop knows.
        let reason = state.withLock { state in
            let reason = state.connection?.reason ?? "the client has gone"
            state.connection?.reason = reason
            return reason
        }
        tell(.down(reason: reason))
        state.withLock { $0.connection = nil }
    }

    // MARK: AIoTFLink

    package func send(_ pdu: [UInt8]) -> UInt64? {
        state.withLock { state in
            guard let peer = state.connection?.peer, state.connection?.reason == nil else { return nil }
            guard peer.send(LocalLinkLine.pdu(pdu)) else {
                state.connection?.reason = "too much waits to be read: the AIoTF is too slow"
                peer.close()
                return nil
            }
            state.number += 1
            if state.connection?.waitsSince == nil { state.connection?.waitsSince = .now }
            return state.number
        }
    }

    package func processed() {
        let waiting = state.withLock { state in
            state.unprocessed = max(0, state.unprocessed - 1)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    package func setBusy(_ isBusy: Bool) {}
    package func run() async throws {}
    package func renewal(of files: TLSFiles?) throws -> @Sendable () -> Void { {} }
}

// MARK: - What the client says

extension LocalLink {
    private func take(_ line: LocalLinkLine) throws(LocalLinkLine.Problem) {
        switch line {
        case .pdu(let octets): try take(octets)
        case .confirmed(let count):
            let number = try confirm(count)
            tell(.confirmed(upTo: number))
        }
    }

    private func take(_ octets: [UInt8]) throws(LocalLinkLine.Problem) {
        if state.withLock({ $0.connection?.isUp }) == false,
            case .ngSetupResponse(let response)? = try? NGAPPDU(decoding: octets)
        {
            guard let identifier = response.aiotfIdentifier, identifier.count <= Self.longestIdentifier else {
                throw .init("the NG Setup Response has no AIOTFIdentifier of at most \(Self.longestIdentifier) octets")
            }
            state.withLock { state in
                state.connection?.isUp = true
                if state.connection.map({ $0.base + $0.confirmed == state.number }) == true {
                    state.connection?.waitsSince = nil
                }
            }
            tell(.up(aiotfIdentifier: identifier, probes: true))
        }
        state.withLock { $0.unprocessed += 1 }
        tell(.received(octets))
    }

    /// - Returns: the number of the last PDU that is confirmed.
    private func confirm(_ count: UInt64) throws(LocalLinkLine.Problem) -> UInt64 {
        let number = state.withLock { state -> UInt64? in
            guard let connection = state.connection, count >= connection.confirmed,
                count <= state.number - connection.base
            else { return nil }
            let isAll = count == state.number - connection.base
            if connection.isUp, count > connection.confirmed { state.connection?.waitsSince = isAll ? nil : .now }
            state.connection?.confirmed = count
            return connection.base + count
        }
        guard let number else { throw .init("confirmed: write how many PDUs have been dealt with so far") }
        return number
    }

    private func tell(_ event: LinkEvent) { state.withLock { $0.events }?(event) }

    /// Waits until the loop may be given another PDU.
    private func room() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                guard state.unprocessed >= Self.credit else { return true }
                state.waiting = continuation
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// An AIoTF that hangs must not keep the air.
    private func watch() async {
        while (try? await Task.sleep(for: patience / 10)) != nil {
            let isLate = state.withLock { state in
                guard let connection = state.connection, let since = connection.waitsSince else { return false }
                return .now - since > patience
            }
            if isLate { end("the AIoTF has not answered for \(patience)") }
        }
    }

    /// Breaks the connection off, and says why.
    private func end(_ reason: String) {
        state.withLock { state in
            guard let connection = state.connection, connection.reason == nil else { return }
            state.connection?.reason = reason
            _ = connection.peer.send(LocalLinkLine.error(reason))
            connection.peer.close()
        }
    }
}

extension ControlConnection: LocalPeer {}
