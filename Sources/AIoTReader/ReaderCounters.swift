import AIoTBase

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
        return sum
    }
}
