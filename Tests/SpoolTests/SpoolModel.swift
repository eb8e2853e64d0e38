import Glibc
import Spool
import Testing

/// A log on a ``ModelDisk``, and the book of what it has promised.
struct SpoolModel: Sendable {
    struct Message: Hashable, Sendable {
        var owner: [UInt8]
        var payload: [UInt8]
    }

    static let owners: [[UInt8]] = [[], [1], [2, 3]]

    var disk = ModelDisk()
    var log: SpoolLog
    let limit: Int
    /// Everything that was ever taken; what has been acknowledged and not been removed.
    var taken: Set<Message> = []
    var promised: Set<Message> = []
    private var underWay: [UInt64: Message] = [:]
    private(set) var failures: [SpoolError] = []
    private var count: UInt32 = 0

    init(limit: Int, disk: ModelDisk = ModelDisk()) throws {
        self.limit = limit
        self.disk = disk
        log = SpoolLog(try Self.scan(disk), limitOctets: limit, folder: "spool")
    }

    static func scan(_ disk: ModelDisk) throws -> SpoolScan {
        let contents = disk.contents
        return try SpoolScan(names: contents.keys.sorted()) { name throws(SpoolError) in contents[name] ?? [] }
    }

    /// Appends a message like no other; returns whether it was taken.
    @discardableResult
    mutating func append(owner: [UInt8] = [1], octets: Int) -> Bool {
        count += 1
        let number = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        let message = Message(owner: owner, payload: number + [UInt8](repeating: number[0] &* 7, count: octets))
        guard let sequence = try? log.append(owner: owner, payload: message.payload) else { return false }
        taken.insert(message)
        underWay[sequence] = message
        return true
    }

    mutating func remove(_ records: [SpoolRecord]) {
        log.remove(records.map(\.sequence))
        for record in records { promised.remove(Message(owner: record.owner, payload: record.payload)) }
    }

    var pending: [SpoolRecord] { Self.owners.flatMap(log.pending) }

    /// Carries out the next order; false when there is none.
    @discardableResult
    mutating func step() -> Bool {
        guard let order = log.nextOrder() else {
            book()
            return false
        }
        log.finished(failure: disk.perform(order))
        book()
        return true
    }

    /// Lets the next order fail.
    mutating func failStep(_ failure: CInt, torn: Int = 0, isDone: Bool = false) {
        guard let order = log.nextOrder() else { return }
        disk.fail(order, torn: torn, isDone: isDone)
        log.finished(failure: failure)
        book()
    }

    /// Carries out orders until there are none.
    mutating func settle() {
        var steps = 0
        while step() {
            steps += 1
            guard steps < 10_000 else {
                Issue.record("orders without end")
                return
            }
        }
    }

    private mutating func book() {
        for outcome in log.takeOutcomes() {
            guard let message = underWay.removeValue(forKey: outcome.sequence) else {
                Issue.record("\(outcome.sequence) was completed twice, or never queued")
                continue
            }
            if let error = outcome.error { failures.append(error) } else { promised.insert(message) }
        }
    }

    /// The process dies and another takes over.
    mutating func restart() throws {
        log = SpoolLog(try Self.scan(disk), limitOctets: limit, folder: "spool")
        underWay = [:]
    }

    /// The rule of the spool, were the process to start from `disk` now.
    func expectKept(on disk: ModelDisk, _ comment: Comment) throws {
        var next = self
        next.disk = disk
        try next.restart()
        let records = next.pending
        let found = records.map { Message(owner: $0.owner, payload: $0.payload) }
        #expect(promised.isSubset(of: found), "\(comment): acknowledged and lost")
        #expect(taken.isSuperset(of: found), "\(comment): invented")
        #expect(Set(found).count == found.count, "\(comment): twice")
        #expect(next.log.status.records == found.count, "\(comment): an owner like no other")
    }
}
