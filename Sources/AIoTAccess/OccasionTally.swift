/// What a number of access occasions turned out to hold.
package struct OccasionTally: Hashable, Sendable {
    package var idle: Int
    package var single: Int
    package var collided: Int
    /// Devices that were read out of the collided occasions.
    package var recovered: Int

    package init(idle: Int = 0, single: Int = 0, collided: Int = 0, recovered: Int = 0) {
        self.idle = idle
        self.single = single
        self.collided = collided
        self.recovered = recovered
    }

    package var occasions: Int { idle + single + collided }

    package static func += (left: inout Self, right: Self) {
        left.idle += right.idle
        left.single += right.single
        left.collided += right.collided
        left.recovered += right.recovered
    }
}
