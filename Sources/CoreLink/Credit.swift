import Synchronization

/// How many PDUs its user may still be given before it has dealt with others.
final class Credit: Sendable {
    private let left: Mutex<Int>
    private let limit: Int

    init(_ limit: Int) {
        self.limit = limit
        left = Mutex(limit)
    }

    var isLeft: Bool { left.withLock { $0 > 0 } }

    func take() { left.withLock { $0 -= 1 } }

    /// Gives one back; says whether there was none, so that reading has to go on.
    func give() -> Bool {
        left.withLock { left in
            guard left < limit else { return false }
            left += 1
            return left == 1
        }
    }
}
