package import AIoTBase
import AIoTSecurity

extension DeviceNAS {
    /// An access response with a nonce2 out of `generator`; `nil` with no paging to answer, or once 16 were sent for
    /// its nonce1.
    ///
    /// It opens a session in the place of the one before, except after a stale paging.
    package mutating func makeAccessResponse(using generator: inout SeededGenerator) -> [UInt8]? {
        guard canAnswer else { return nil }
        return makeAccessResponse(nonce2: Nonce(drawnFrom: &generator))
    }

    /// An access response with a given nonce2, for test vectors.
    package mutating func makeAccessResponse(nonce2: Nonce) -> [UInt8]? {
        guard canAnswer, let round = rounds.current else { return nil }
        var keys = SessionKeys(
            kAIoT: round.kAIoT, nonce1: round.nonce1, nonce2: nonce2, algorithms: algorithms, cost: &cost.crypto)
        let ares = profile.contains(.deviceAuthentication) ? keys.ares(cost: &cost.crypto) : nil
        guard let content = content(of: round, &keys) else { return nil }
        let response = NASAccessResponse(nonce2: nonce2, keyHint: round.keyHint, ares: ares, content: content)
        guard let pdu = try? response.encoded() else { return nil }
        rounds.current?.answers += 1
        rounds.current?.lastAccessResponse = pdu
        session = round.isStale ? nil : opened(keys)
        cost.octetsSent += pdu.count
        return pdu
    }

    /// The last access response for the current nonce1 once more, octet for octet: what a device sends when the reader
    /// repeats the message that scheduled it (`spec/2 "Access"`).
    package mutating func repeatAccessResponse() -> [UInt8]? {
        guard !nonVolatile.disabled, let pdu = rounds.current?.lastAccessResponse else { return nil }
        cost.octetsSent += pdu.count
        return pdu
    }

    private var canAnswer: Bool {
        guard let round = rounds.current, !nonVolatile.disabled else { return false }
        return round.answers < NASLimits.answersPerNonce1
    }

    /// The protected block that the paging asks for; `nil` only when it could not be made.
    private mutating func content(of round: DeviceRound, _ keys: inout SessionKeys) -> NASAccessResponse.Content? {
        if case .stale(let counter) = round.kind {
            return keys.protection.protect(
                bigEndianOctets(counter), count: Protection.returnedCounterCount, direction: .d2r, cost: &cost.crypto
            ).map { .counter(protectedBlock: $0) }
        }
        guard !profile.contains(.networkAuthentication) else { return NASAccessResponse.Content.none }
        return keys.protection.protect(provisioning.deviceID, count: 0, direction: .d2r, cost: &cost.crypto)
            .map { .id(protectedBlock: $0) }
    }

    /// The session behind an access response: an ID in it took D2R COUNT 0.
    private func opened(_ keys: SessionKeys) -> DeviceSession {
        profile.contains(.networkAuthentication)
            ? DeviceSession(phase: .waitsForNetworkResponse, keys: keys, d2rCount: 0)
            : DeviceSession(phase: .open, keys: keys, d2rCount: 1)
    }
}
