import AIoTBase
import AIoTSecurity

/// The devices that a request may find, with what nonce1 makes of their keys; derived once, before any answer
/// can come.
struct Candidates: Sendable {
    struct Entry: Sendable {
        let record: DeviceRecord
        let kAIoT: SecretKey
    }

    /// A device that an access response belongs to.
    struct Match: Sendable {
        var record: DeviceRecord
        var keys: SessionKeys
        var isAuthenticated: Bool
        /// COUNT of the next D2R text.
        var d2rCount: UInt32
        /// The counter of a stale answer.
        var returnedCounter: UInt32?
        /// The ID came along and is the record's.
        var isIdentified: Bool
    }

    private let kind: PagingTargetKind
    private let nonce1: Nonce
    private let configurations: Set<SecurityConfiguration>
    private var entries: [Entry] = []
    private var byHint: [KeyHint: [Int]] = [:]
    /// Places in `entries`, in the order in which they are tried: those not found yet come first.
    private var trialOrder: [Int] = []
    private var cost = CryptoCost()

    init(_ records: [DeviceRecord], kind: PagingTargetKind, nonce1: Nonce) {
        self.kind = kind
        self.nonce1 = nonce1
        configurations = Set(records.map(\.configuration))
        entries.reserveCapacity(records.count)
        for record in records {
            let kAIoT = Self.kAIoT(of: record, kind: kind, nonce1: nonce1, cost: &cost)
            if record.configuration.accessResponseFlags(for: kind).contains(.keyHint) {
                byHint[KeyDerivation.keyHint(from: kAIoT, cost: &cost), default: []].append(entries.count)
            }
            entries.append(Entry(record: record, kAIoT: kAIoT))
        }
        trialOrder = Array(entries.indices)
    }

    /// Whether any device would answer with these flags.
    func predict(_ flags: AccessResponseFlags) -> Bool {
        configurations.contains { isPredicted(flags, by: $0) }
    }

    private func isPredicted(_ flags: AccessResponseFlags, by configuration: SecurityConfiguration) -> Bool {
        flags == configuration.accessResponseFlags(for: kind) || isStale(flags, by: configuration)
    }

    /// A stale answer may come only where the device can tell and is configured to.
    private func isStale(_ flags: AccessResponseFlags, by configuration: SecurityConfiguration) -> Bool {
        kind != .all && flags == configuration.staleAccessResponseFlags
            && configuration.profile.isSuperset(of: [.replayProtection, .counterResynchronisation])
    }

    /// The device whose key fits an access response; nil where none does.
    ///
    /// Where neither ARES nor a MAC proves the key, an ID fits by chance too (short ones, deciphered with a wrong key):
    /// then it must fit one device alone, else the device is left to its next answer (*ours*).
    mutating func match(_ response: NASAccessResponse) -> Match? {
        var unproven: Match?
        for place in response.keyHint.map({ byHint[$0] ?? [] }) ?? trialOrder {
            guard isPredicted(response.flags, by: entries[place].record.configuration),
                let match = check(response, entries[place])
            else { continue }
            if match.isAuthenticated {
                moveToEnd(place)
                return match
            }
            guard unproven == nil else { return nil }
            unproven = match
        }
        return unproven
    }

    /// A device that was found answers again only if its acknowledgement was lost.
    private mutating func moveToEnd(_ place: Int) {
        guard let index = trialOrder.firstIndex(of: place) else { return }
        trialOrder.remove(at: index)
        trialOrder.append(place)
    }

    private mutating func check(_ response: NASAccessResponse, _ entry: Entry) -> Match? {
        let algorithms = entry.record.configuration.algorithms
        var keys = SessionKeys(
            kAIoT: entry.kAIoT, nonce1: nonce1, nonce2: response.nonce2, algorithms: algorithms, cost: &cost)
        var match = Match(
            record: entry.record, keys: keys, isAuthenticated: false, d2rCount: 0, returnedCounter: nil,
            isIdentified: false)
        if let ares = response.ares {
            guard keys.ares(cost: &cost) == ares else { return nil }
            match.isAuthenticated = true
        }
        switch response.content {
        case .none:
            // Without ARES and ID only a paging of one device says whose answer it is.
            guard response.ares != nil || kind == .single else { return nil }
        case .id(let block):
            let id = keys.protection.unprotect(block, count: 0, direction: .d2r, cost: &cost)
            guard let id, isEqualInConstantTime(id, entry.record.id) else { return nil }
            match.d2rCount = 1
            match.isIdentified = true
            if algorithms.hasIntegrity { match.isAuthenticated = true }
        case .counter(let block):
            let text = keys.protection.unprotect(
                block, count: Protection.returnedCounterCount, direction: .d2r, cost: &cost)
            guard let text, text.count == 4 else { return nil }
            if algorithms.hasIntegrity { match.isAuthenticated = true }
            match.returnedCounter = text.reduce(0) { $0 << 8 | UInt32($1) }
        }
        match.keys = keys
        return match
    }

    /// The k_AIoT that belongs to a device's own K under a paging of `kind`.
    static func kAIoT(
        of record: DeviceRecord, kind: PagingTargetKind, nonce1: Nonce, cost: inout CryptoCost
    ) -> SecretKey {
        var profile = record.configuration.profile.subtracting(.groupPaging)
        if kind == .group { profile.insert(.groupPaging) }
        return KeyDerivation.kAIoT(
            from: record.key, nonce1: nonce1, profile: profile, algorithms: record.configuration.algorithms,
            cost: &cost)
    }
}
