import Glibc
import Spool
import Testing

/// Every order of the log is a place to crash, at every octet that it may have written.
@Suite struct SpoolCrashTests {
    /// Appends and removes at random; before each order, `crash` looks at what a crash would leave.
    private func run(
        _ seed: UInt64, orders: Int, limit: Int = 600, faults: Double = 0,
        _ crash: (inout SpoolModel, inout Generator) throws -> Void
    ) throws {
        var generator = Generator(seed: seed)
        var model = try SpoolModel(limit: limit)
        for _ in 0..<orders {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1, 2:
                let owner = SpoolModel.owners.randomElement(using: &generator) ?? []
                model.append(owner: owner, octets: Int.random(in: 0...30, using: &generator))
            case 3: model.remove(model.pending.filter { _ in Bool.random(using: &generator) })
            case 4: model.log.retry()
            default: break
            }
            try crash(&model, &generator)
            if Double.random(in: 0..<1, using: &generator) < faults {
                let failure = [EIO, ENOSPC].randomElement(using: &generator) ?? EIO
                model.failStep(
                    failure, torn: Int.random(in: 0...40, using: &generator), isDone: Bool.random(using: &generator))
            } else {
                model.step()
            }
            #expect(model.log.status.fileOctets <= 2 * limit + 32)
            #expect(model.log.status.octets <= limit)
        }
    }

    private func lengths(of order: SpoolOrder?) -> ClosedRange<Int> {
        guard case .write(_, _, let octets) = order else { return 0...0 }
        return 0...octets.count
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whatWasAcknowledgedOutlivesAKillAtAnyOctetOfAnyWrite(seed: UInt64) throws {
        try run(seed, orders: 100) { model, _ in
            guard let order = model.log.nextOrder() else { return }
            for torn in lengths(of: order) {
                var disk = model.disk
                disk.fail(order, torn: torn, isDone: torn == 0)
                try model.expectKept(on: disk, "\(order) torn at \(torn)")
            }
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func whatWasAcknowledgedOutlivesAPowerCutInAnyStateOfTheDisk(seed: UInt64) throws {
        try run(seed, orders: 100, faults: 0.1) { model, generator in
            guard let order = model.log.nextOrder() else { return }
            for torn in lengths(of: order) {
                var disk = model.disk
                disk.fail(order, torn: torn, isDone: torn.isMultiple(of: 2))
                disk.cutPower(&generator)
                try model.expectKept(on: disk, "\(order) torn at \(torn)")
            }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func crashAfterCrashLosesNothing(seed: UInt64) throws {
        try run(seed, orders: 600, faults: seed.isMultiple(of: 2) ? 0.15 : 0) { model, generator in
            guard Int.random(in: 0..<8, using: &generator) == 0 else { return }
            if let order = model.log.nextOrder() {
                model.disk.fail(order, torn: Int.random(in: lengths(of: order), using: &generator), isDone: true)
            }
            if Bool.random(using: &generator) { model.disk.cutPower(&generator) }
            try model.expectKept(on: model.disk, "after a crash")
            try model.restart()
            #expect(model.disk.size < 4 * 600)
        }
    }

    @Test func theTortureReachesEveryKindOfOrder() throws {
        var kinds: Set<String> = []
        try run(1, orders: 600, faults: 0.1) { model, _ in
            if let order = model.log.nextOrder() { kinds.insert(String("\(order)".prefix { $0 != "(" })) }
        }
        #expect(kinds == ["create", "write", "sync", "truncate", "rename", "syncFolder", "remove"])
    }
}

/// SplitMix64: the same seed gives the same numbers on every machine.
struct Generator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
