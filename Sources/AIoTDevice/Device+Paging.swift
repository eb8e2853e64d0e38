import AIoTBase
import AIoTMac
import AIoTSecurity

extension Device {
    /// A paging opens a new round, or is ignored because of what the device is doing (`spec/2 "Access"`).
    mutating func receive(_ paging: Paging) -> DeviceTransmission? {
        // Whatever is paged, the occasions of the round before are over, and a random ID of it stays unresolved.
        if case .awaitingRandomIDResponse = phase { phase = .idle }
        let name = Self.nonce1(of: paging.sdu).map { RoundName(transactionID: paging.transactionID, nonce1: $0) }
        if let name, isInRound(of: name.transactionID), round?.name != name {
            // The reader has gone on, addressed or not: no AS ID of that transaction is the device's own any more.
            round = nil
            phase = .idle
        }
        if let name, name == acknowledged { return stay(.acknowledged) }
        if let round, round.name == name {
            if isRepeated(paging, of: round) { return repeatAccessResponse(paging.schedule) }
            if waitsForReader { return stay(.inExchange) }
        }
        if let obstacle = Self.obstacle(to: paging) { return stay(obstacle) }
        switch nas.receivePaging(paging.sdu) {
        case .silent(let reason):
            return stay(.paging(reason))
        case .addressed(let nonce1, let answersStale):
            round = Round(
                name: RoundName(transactionID: paging.transactionID, nonce1: nonce1), pdu: paging.sdu,
                answersStale: answersStale)
            return enter(paging)
        }
    }

    /// Takes part in the round that `paging` opens.
    private mutating func enter(_ paging: Paging) -> DeviceTransmission? {
        guard paging.access != .cfra else {
            return answer(under: paging.asID, access: .cfra, randomID: nil, paging.schedule)
        }
        let occasions = AccessOccasions(of: paging)
        // 2^q divides 2^64, so the remainder is uniform.
        let occasion = Int(truncatingIfNeeded: generator.next() % UInt64(occasions.count))
        guard occasions.trigger(of: occasion) == 0 else {
            phase = .awaitingTrigger(occasion: occasion, paging)
            return nil
        }
        return sendMsg1(in: occasion, of: paging)
    }

    /// The paging of CFRA that the device has answered, once more.
    ///
    /// Only until NACK Feedback has ended the exchange, or the device has gone on in it: from then on a paging opens a new
    /// round, with a new nonce2.
    private func isRepeated(_ paging: Paging, of round: Round) -> Bool {
        guard let exchange, exchange.access == .cfra, paging.access == .cfra, exchange.isAtAccessResponse else {
            return false
        }
        return exchange.asID == paging.asID && round.pdu == paging.sdu
    }

    /// Whether pagings of the transaction with this nonce1 are ignored (`spec/1 "What repeats"`).
    ///
    /// Not after a stale answer, which waits for nothing; nor in direct access before the network response has verified,
    /// since the answer may have collided unheard; nor when only the Acknowledgement is missing, which a new answer gets.
    private var waitsForReader: Bool {
        guard let exchange, exchange.asID != nil, round?.answersStale == false else { return false }
        if nas.waitsForNetworkResponse { return exchange.access != .direct }
        return exchange.hasMoreData
    }

    /// What keeps any device from answering `paging`. It is looked for before the security procedure spends a counter
    /// on a paging that cannot be answered.
    private static func obstacle(to paging: Paging) -> DeviceSilence? {
        switch paging.access {
        case .reserved: .undefinedAccessMode
        case .cfra: paging.asID == .none || !paging.schedule.carriesUpperLayerData ? .badSchedule : nil
        case .direct where !paging.schedule.carriesUpperLayerData: .badSchedule
        case .cbra, .direct: AccessOccasions(of: paging).isValid ? nil : .badSchedule
        }
    }

    /// nonce1 follows the type octet of a paging A-IoT NAS PDU; nil when `pdu` is none.
    static func nonce1(of pdu: [UInt8]) -> Nonce? {
        guard pdu.first == NASType.paging.rawValue else { return nil }
        return Nonce(pdu.dropFirst().prefix(16))
    }
}
