/// Where the 2^q access occasions of one paging lie (`spec/2 "Access"`).
///
/// Occasion k belongs to trigger k div (X*Y), time position (k mod X*Y) div Y and frequency position k mod Y. When
/// 2^q is less than X*Y the positions beyond stay empty.
package struct AccessOccasions: Hashable, Sendable {
    package struct Position: Hashable, Sendable {
        /// k, 0 ..< 2^q.
        package var occasion: Int
        /// 0 ..< X.
        package var time: Int
        /// 0 ..< Y.
        package var frequency: Int
    }

    private let qExponent: Int
    private let xCode: Int
    private let yCode: Int

    /// Triggers that an 8-bit index can count, the paging itself included.
    package static let mostTriggers = 256

    package init(q: Int, xCode: Int, yCode: Int) {
        qExponent = min(max(q, 0), 15)
        self.xCode = min(max(xCode, 0), 3)
        self.yCode = min(max(yCode, 0), 3)
    }

    package init(of paging: Paging) {
        self.init(q: Int(paging.q), xCode: Int(paging.xCode), yCode: Int(paging.yCode))
    }

    /// 2^q.
    package var count: Int { 1 << qExponent }

    /// X * Y.
    package var positionsPerTrigger: Int { 1 << (xCode + yCode) }

    /// The paging and the triggers after it.
    package var triggerCount: Int { max(1, count / positionsPerTrigger) }

    /// Whether every occasion can be triggered: 2^q / (X*Y) is at most 256.
    package var isValid: Bool { triggerCount <= Self.mostTriggers }

    /// The positions that trigger `index` opens (0 = the paging itself); none past the last trigger.
    package func positions(ofTrigger index: Int) -> [Position] {
        guard (0..<triggerCount).contains(index) else { return [] }
        let first = index * positionsPerTrigger
        return (first..<min(first + positionsPerTrigger, count)).map { position(of: $0) }
    }

    /// The trigger that opens occasion `k`.
    package func trigger(of k: Int) -> Int { k / positionsPerTrigger }

    /// Where occasion `k` lies within its trigger.
    package func position(of k: Int) -> Position {
        let within = k % positionsPerTrigger
        return Position(occasion: k, time: within >> yCode, frequency: within & ((1 << yCode) - 1))
    }
}
