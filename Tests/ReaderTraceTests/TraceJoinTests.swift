import AIoTBase
import AIoTSecurity
import Testing

@testable import ReaderTrace

@Suite struct TraceJoinTests {
    private static let parts: Set<TraceStage.Name> = [.linkOut, .queue, .decide, .commit, .linkBack]

    private func world(offset: AirDuration = .zero) throws -> TracedWorld {
        var setting = try #require(ExchangeRecordTests.settings["a command"])
        setting.clockOffset = offset
        return try TracedWorld(setting)
    }

    private func length(_ record: ExchangeRecord, of names: Set<TraceStage.Name>) -> Int64 {
        record.stages.reduce(0) { names.contains($1.name) ? $0 + $1.length.nanoseconds : $0 }
    }

    @Test func onOneClockEveryRoundTripIsSplitAndTheSumsStay() throws {
        let world = try world()
        let result = TraceJoin.join(world.records, world.turns)
        #expect(result.isOneClock)
        #expect(result.unmatched == 0)
        #expect(result.joined == 2 * world.setting.devices)
        for (before, after) in zip(world.records, result.records) {
            #expect(length(before, of: [.aiotf]) == length(after, of: Self.parts))
            #expect(after.total == before.total)
            for (stage, next) in zip(after.stages, after.stages.dropFirst()) { #expect(stage.end == next.start) }
        }
        let names = Set(result.records.flatMap { $0.stages.map(\.name) })
        #expect(names.isSuperset(of: Self.parts))
        #expect(!names.contains(.aiotf))
    }

    @Test func anotherClockIsFoundWithinTheUncertaintyThatIsTold() throws {
        for offset in [AirDuration.milliseconds(7_200_000), .milliseconds(-3_000), .milliseconds(40)] {
            let world = try world(offset: offset)
            let result = TraceJoin.join(world.records, world.turns)
            #expect(!result.isOneClock)
            #expect(result.joined == 2 * world.setting.devices)
            let error = abs((result.offset - offset).nanoseconds)
            #expect(error <= result.uncertainty.nanoseconds)
            #expect(result.uncertainty < .milliseconds(2))
            for (before, after) in zip(world.records, result.records) { #expect(after.total == before.total) }
        }
    }

    @Test func aRoundTripWithoutATurnStaysWhole() throws {
        let world = try world()
        let device = try #require(world.turns.first?.exchange)
        let result = TraceJoin.join(world.records, world.turns.filter { $0.exchange != device })
        #expect(result.unmatched == 2)
        let record = try #require(result.records.first { $0.exchange == device })
        #expect(record == world.records.first { $0.exchange == device })
    }

    @Test func timesThatCannotBeAreBoundedAndTrapNothing() throws {
        let world = try world()
        let turns = world.turns.map { turn in
            var turn = turn
            turn.arrived = .max
            turn.sent = turn.sent.map { _ in 0 }
            return turn
        }
        for record in TraceJoin.join(world.records, turns).records {
            for (stage, next) in zip(record.stages, record.stages.dropFirst()) { #expect(stage.end == next.start) }
        }
    }
}
