package import AIoTBase

/// What a reader has counted since its start.
package struct ReaderCounters: Hashable, Sendable {
    package var rounds = 0
    package var idle = 0
    package var single = 0
    package var collided = 0
    package var accessResponses = 0
    package var acknowledged = 0
    package var nacked = 0
    package var dropped: [DropReason: Int] = [:]
    /// Inventories that the limits of the air cut short, all of one pause counted once.
    package var forcedPauses = 0
    /// Times that the channel was busy when it was listened to.
    package var channelBusy = 0
    /// How long the carrier was wanted and had to stay off.
    package var airWaited = AirDuration.zero
    /// How long the carrier has been on, up to the last event.
    package var carrierOn = AirDuration.zero

    package init() {}

    package var occasions: Int { idle + single + collided }
}

extension ReaderCounters {
    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.rounds += right.rounds
        sum.idle += right.idle
        sum.single += right.single
        sum.collided += right.collided
        sum.accessResponses += right.accessResponses
        sum.acknowledged += right.acknowledged
        sum.nacked += right.nacked
        sum.dropped.merge(right.dropped) { $0 + $1 }
        sum.forcedPauses += right.forcedPauses
        sum.channelBusy += right.channelBusy
        sum.airWaited = sum.airWaited + right.airWaited
        sum.carrierOn = sum.carrierOn + right.carrierOn
        return sum
    }
}
