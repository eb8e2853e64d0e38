/// What the AIoTF tracks of one key's counter: a device's, or a group's (`spec/1 "Counters"`).
package struct CounterState: Hashable, Sendable {
    /// The last counter that an authenticated answer confirmed.
    package private(set) var confirmed: UInt32
    /// Requests paged since then without an answer.
    package private(set) var unanswered: Int

    /// - Parameter deviceCounter: the counter that the device starts with.
    package init(deviceCounter: UInt32 = 0) {
        confirmed = deviceCounter &- 1
        unanswered = 0
    }

    package init(confirmed: UInt32, unanswered: Int) {
        self.confirmed = confirmed
        self.unanswered = max(0, unanswered)
    }

    /// The counter to page, for a window of W; counts as a request, so it has to be stored before it leaves.
    ///
    /// Requests 0 ... W page what comes after the confirmed counter, one after the other; further ones multiples of
    /// W + 1: 1, 2; then 1, 2, 3; then 1, 2, 3, 4; and so on. A device is met again whatever was lost. A multiple that
    /// would come round to the confirmed counter, possible with the largest windows only, stops one short of it (*ours*).
    package mutating func next(window: UInt32) -> UInt32 {
        defer { unanswered = min(unanswered + 1, Int(UInt32.max)) }
        let step = Int(window) + 1
        guard unanswered >= step else { return confirmed &+ 1 &+ UInt32(truncatingIfNeeded: unanswered) }
        let distance = min(UInt64(step) * UInt64(Self.multiple(unanswered - step)), UInt64(UInt32.max))
        return confirmed &+ UInt32(truncatingIfNeeded: distance)
    }

    /// An authenticated answer to the page with `counter` has come; one to a page before the confirmed one, out of a
    /// spool, says nothing new.
    ///
    /// Pages after that one stay unanswered: their answers may be in the spool too, and what they confirm must not be
    /// paged again (*ours*).
    /// - Returns: whether it did.
    package mutating func confirm(_ counter: UInt32, window: UInt32) -> Bool {
        let ahead = counter &- confirmed
        guard (1..<Self.halfRange).contains(ahead) else { return false }
        self = Self(confirmed: counter, unanswered: min(unanswered - Int(ahead), Int(window) + 1))
        return true
    }

    /// A device has told its counter, in an answer that verified: taken when it is ahead by less than half the range.
    /// - Returns: whether it was taken.
    package mutating func resynchronise(deviceCounter: UInt32) -> Bool {
        guard (1..<Self.halfRange).contains(deviceCounter &- confirmed) else { return false }
        self = Self(confirmed: deviceCounter &- 1, unanswered: 0)
        return true
    }

    private static let halfRange: UInt32 = 1 << 31

    /// The `index`-th of 1, 2, 1, 2, 3, 1, 2, 3, 4, ...
    private static func multiple(_ index: Int) -> UInt32 {
        var left = index
        var length = 2
        while left >= length {
            left -= length
            length += 1
        }
        return UInt32(truncatingIfNeeded: left + 1)
    }
}
