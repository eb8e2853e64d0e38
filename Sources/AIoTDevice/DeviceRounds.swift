import AIoTBase
import AIoTSecurity

/// A paging that a device answers, while the carrier lasts.
struct DeviceRound: Sendable {
    /// What the paging is to the device.
    enum Kind: Hashable, Sendable {
        /// Fresh, and its identity names the device or one of its groups.
        case named
        /// For all devices.
        case all
        /// Answered with this counter, which opens no session.
        case stale(returnedCounter: UInt32)
    }

    let kind: Kind
    let pdu: [UInt8]
    let nonce1: Nonce
    /// From the device's own K, in a group paging too.
    let kAIoT: SecretKey
    let keyHint: KeyHint?
    var answers = 0
    /// The last access response, to be repeated octet for octet.
    var lastAccessResponse: [UInt8]?

    var isStale: Bool {
        if case .stale = kind { true } else { false }
    }

    var outcome: PagingOutcome {
        answers < NASLimits.answersPerNonce1
            ? .addressed(nonce1: nonce1, answersStale: isStale) : .silent(.answersSpent)
    }
}

/// The pagings that a device would answer again: the last that named it, and the last other one.
///
/// Two, so that neither a forged all-devices page nor a replayed one ends a round under way: the page that named the
/// device is counted, and once forgotten its next round would be stale (*ours*).
struct DeviceRounds: Sendable {
    private var named: DeviceRound?
    private var other: DeviceRound?
    private var isNamedCurrent = true

    /// The one that the next access response answers.
    var current: DeviceRound? {
        get { isNamedCurrent ? named : other }
        set {
            if isNamedCurrent { named = newValue } else { other = newValue }
        }
    }

    /// The one with this nonce1, current or not.
    func round(with nonce1: Nonce) -> DeviceRound? {
        [named, other].compactMap(\.self).first { $0.nonce1 == nonce1 }
    }

    /// Makes `round` the current one, in the place of the last of its sort.
    mutating func turn(to round: DeviceRound) {
        isNamedCurrent = round.kind == .named
        current = round
    }
}
