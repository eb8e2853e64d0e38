import AIoTAir
import AIoTBase
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

@Suite struct DeterminismTests {
    private static let circumstances: [(coreRoundTrip: AirDuration, loss: Double)] = [
        (.zero, 0), (.milliseconds(100), 0), (.zero, 0.1), (.milliseconds(100), 0.1),
    ]

    private func inventory(
        _ way: Way, seed: UInt64, _ circumstance: (coreRoundTrip: AirDuration, loss: Double)
    ) throws -> BurstInventory {
        var conditions = BurstAirConditions()
        conditions.r2dLoss = circumstance.loss
        conditions.d2rLoss = circumstance.loss
        return try BurstInventory(
            devices: 8, configuration: .commanded, target: way.target, command: .read(offset: 2, length: 5), seed: seed,
            conditions: conditions, reader: way.reader, coreRoundTrip: circumstance.coreRoundTrip)
    }

    @Test(arguments: Way.all)
    func theSameSeedGivesTheSameOctetsAndInstants(way: Way) throws {
        for circumstance in Self.circumstances {
            let first = try inventory(way, seed: 5, circumstance)
            let second = try inventory(way, seed: 5, circumstance)
            let label: Comment = "\(way), \(circumstance)"
            #expect(first.frames.count > 8, label)
            #expect(first.frames == second.frames, label)
            #expect(first.ngap == second.ngap, label)
            #expect(first.results == second.results, label)
        }
    }

    @Test(arguments: Way.all)
    func anotherSeedGivesOtherOctets(way: Way) throws {
        for circumstance in Self.circumstances {
            let first = try inventory(way, seed: 5, circumstance)
            let second = try inventory(way, seed: 6, circumstance)
            #expect(Set(first.pagedNonces).isDisjoint(with: second.pagedNonces))
            #expect(first.frames.map(\.octets) != second.frames.map(\.octets))
            #expect(first.ngap != second.ngap)
        }
    }
}
