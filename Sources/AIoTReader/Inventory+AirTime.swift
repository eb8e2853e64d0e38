import AIoTAccess
import AIoTBase
import AIoTMac

/// How long the carrier may still be on, and what is to be held back of that.
struct AirRoom: Hashable, Sendable {
    var left: AirDuration
    /// How long exchanges may be expected to wait for the AIoTF.
    var allowance: AirDuration
    /// What the radio takes for a frame and its windows beyond their air time.
    var overhead: AirDuration
}

extension Inventory {
    /// Octets of a paging at most: fields before the SDU, and the SDU.
    private var pagingOctets: Int { request.pagingPDU.count + 9 }

    /// What has to be left of the carrier's time when occasions are opened: theirs, and that of one device's exchange.
    func leastAirTime(_ room: AirRoom) -> AirDuration {
        let occasions = plan.occasionsDuration(pagingOctets: pagingOctets, msg1: msg1Schedule)
        return occasions + room.overhead + exchangeTime(room) + room.allowance
    }

    /// What the whole inventory wants, as far as that can be told (*ours*: half as much again as its exchanges).
    func wholeAirTime(_ room: AirRoom) -> AirDuration {
        let expected = Int64(request.isSingleDevice ? 1 : min(max(request.expectedDevices ?? 1, 1), 65_535))
        let exchanges = exchangeTime(room) * expected
        return leastAirTime(room) + AirDuration(nanoseconds: exchanges.nanoseconds / 2 * 3)
    }

    /// Exchanges that can still be begun and brought to their end.
    func exchangesThatFit(_ room: AirRoom) -> Int {
        let each = max(exchangeTime(room).nanoseconds, 1)
        return Int(min(max((room.left - room.allowance).nanoseconds / each, 0), Int64(MACLimits.listEntries)))
    }

    /// Whether the round at hand has occasions that have not been opened.
    var hasTrigger: Bool {
        guard var round, !isAborted else { return false }
        return round.nextTrigger() != nil
    }

    private func exchangeTime(_ room: AirRoom) -> AirDuration {
        plan.exchangeDuration(answer: answerSchedule, hasFollowOn: request.hasFollowOn, overhead: room.overhead)
    }
}
