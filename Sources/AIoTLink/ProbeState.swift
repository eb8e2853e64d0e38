import AIoTBase

/// The probes of one connection: when to send one, what its answer confirms, when silence means death.
///
/// One probe is outstanding at a time. The peer answers it after everything that came before it has been processed, so
/// the answer confirms every PDU sent before the probe.
struct ProbeState: Sendable {
    private let times: LinkTimes
    private var lastHeard: AirTime
    private var lastSaid: AirTime
    private var lastNumber: UInt64 = 0
    private var outstanding: (upTo: UInt64, since: AirTime)?
    /// When the first PDU that no probe covers yet was sent.
    private var firstUncovered: AirTime?
    /// When `advance` was last called while a probe was outstanding.
    private var lastAsked = AirTime.zero

    enum Verdict: Hashable {
        case alive
        case sendProbe
        /// No answer for that long.
        case dead(after: AirDuration)
    }

    init(times: LinkTimes, at time: AirTime) {
        self.times = times
        lastHeard = time
        lastSaid = time
    }

    mutating func sent(_ number: UInt64, at time: AirTime) {
        lastNumber = number
        lastSaid = time
        if firstUncovered == nil { firstUncovered = time }
    }

    mutating func heard(at time: AirTime) { lastHeard = time }

    /// A probe's answer came. Up to which number it confirms; nil for an answer that nobody asked for.
    mutating func answered() -> UInt64? {
        defer { outstanding = nil }
        return outstanding?.upTo
    }

    /// When there is something to do again; a time that has passed stays until it is done.
    var nextDeadline: AirTime {
        if let outstanding {
            let slow = outstanding.since + times.slowAnswer
            return lastAsked < slow ? slow : end(ofProbeSince: outstanding.since)
        }
        let silent = min(lastHeard, lastSaid) + times.silence
        return firstUncovered.map { min(silent, $0 + times.confirmation) } ?? silent
    }

    mutating func advance(to time: AirTime) -> Verdict {
        if let outstanding {
            lastAsked = time
            guard time >= end(ofProbeSince: outstanding.since) else { return .alive }
            let isSilent = time >= lastHeard + times.probeAnswer
            return .dead(after: isSilent ? times.probeAnswer : times.longestProbeAnswer)
        }
        guard time >= nextDeadline else { return .alive }
        outstanding = (lastNumber, time)
        firstUncovered = nil
        lastSaid = time
        lastAsked = time
        return .sendProbe
    }

    /// When the peer is dead: long after the probe and the last frame that came, or very long after the probe.
    ///
    /// What the system takes from our queue is no sign of life: it takes it for a peer that hangs, too.
    private func end(ofProbeSince since: AirTime) -> AirTime {
        min(max(since, lastHeard) + times.probeAnswer, since + times.longestProbeAnswer)
    }

    /// Whether a probe has waited so long for its answer that the peer counts as slow.
    func isSlow(at time: AirTime) -> Bool {
        outstanding.map { time >= $0.since + times.slowAnswer } ?? false
    }
}
