import AIoTAccess
import AIoTBase
import AIoTMac
import Testing

/// Contention alone: n devices draw occasions, each single one is acknowledged at once.
private struct Contention {
    var occasions = 0
    var rounds = 0
    var resolved = 0

    init(devices: Int, expected: Int?, pagingCost: Double, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var planner = RoundPlanner(
            limits: .init(largestQ: 11, pagingCostInOccasions: pagingCost), expected: expected)
        while rounds < 200, resolved < devices {
            rounds += 1
            let before = resolved
            let q = planner.q(acknowledged: before)
            let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 2)
            let paging = Paging(
                transactionID: TransactionID(0), access: .cbra, xCode: UInt8(min(2, q)), q: UInt8(q),
                schedule: schedule, sdu: [])
            var round = AccessRound(of: paging, acknowledgedBefore: before)
            var holders: [Int: Int] = [:]
            for _ in before..<devices {
                holders[Int(generator.next() % UInt64(round.occasions.count)), default: 0] += 1
            }
            repeat {
                let outcomes = round.openPositions.map { position -> AccessRound.Outcome in
                    switch holders[position.occasion, default: 0] {
                    case 0: .idle
                    case 1: .heard(RandomID(UInt16(truncatingIfNeeded: generator.next())))
                    default: .collided(read: [])
                    }
                }
                let tally = round.record(outcomes).tally
                occasions += tally.occasions
                resolved += tally.single
                planner.observe(tally, occasions: round.occasions.count, acknowledged: before)
                if planner.isWorthAborting(acknowledged: resolved) { break }
            } while round.nextTrigger() != nil
        }
    }
}

@Suite struct ContentionTests {
    @Test(arguments: [(1, 8.0), (10, 3.6), (150, 3.0), (1_000, 2.9)])
    func anUnknownPopulationIsResolvedWithFewOccasionsPerDevice(devices: Int, most: Double) {
        var occasions = 0
        var rounds = 0
        for seed in 1...20 {
            let run = Contention(devices: devices, expected: nil, pagingCost: 0.5, seed: UInt64(seed))
            #expect(run.resolved == devices)
            occasions += run.occasions
            rounds = max(rounds, run.rounds)
        }
        let perDevice = Double(occasions) / Double(devices * 20)
        print("devices", devices, "occasions per device", perDevice, "rounds at most", rounds)
        #expect(perDevice < most, "\(perDevice) occasions per device")
    }

    @Test func aPriorSavesOccasionsAndAWrongOneDoesNotLockIn() {
        for (expected, most) in [(200, 3.0), (12, 3.5), (3_200, 3.5)] {
            var occasions = 0
            for seed in 1...10 {
                let run = Contention(devices: 200, expected: expected, pagingCost: 6, seed: UInt64(seed))
                #expect(run.resolved == 200)
                occasions += run.occasions
            }
            let perDevice = Double(occasions) / 2_000
            print("expected", expected, "occasions per device", perDevice)
            #expect(perDevice < most, "\(perDevice) with \(expected) expected")
        }
    }
}
