import AIoTBase
import AIoTF
import AIoTMac
import AIoTSecurity
import Testing
import TraceFile

@testable import ReaderTrace

@Suite(.timeLimit(.minutes(2)))
struct ExchangeRecordTests {
    /// Every way in which an exchange can go.
    static let settings: [String: TracedWorld.Setting] = [
        "network authentication": .init(),
        "no network authentication": .init(profile: 0x13),
        "a command": .init(profile: 0x57, command: .read(offset: 0, length: 8)),
        "a radio that tells late": .init(profile: 0x57, command: .read(offset: 0, length: 8), tellsAhead: false),
        "direct access": .init(access: .direct),
        "direct access without network authentication": .init(profile: 0x13, access: .direct, tellsAhead: false),
        "single devices": .init(kind: .single, devices: 12),
        "single devices without network authentication": .init(profile: 0x13, kind: .single, devices: 12),
        "losses": .init(profile: 0x57, command: .read(offset: 0, length: 8), loss: 0.25, tellsAhead: false),
        "losses of single devices": .init(kind: .single, devices: 12, loss: 0.1),
        "segments": .init(profile: 0x57, command: .read(offset: 0, length: 32), shrinksMessages: true),
        "segments in direct access": .init(access: .direct, shrinksMessages: true),
        "a slow AIoTF": .init(profile: 0x57, command: .read(offset: 0, length: 8), slowShare: 0.1),
        "a slow disk": .init(profile: 0x13, spoolMilliseconds: 300...700),
    ]

    private func world(_ name: String, seed: UInt64 = 1) throws -> TracedWorld {
        var setting = try #require(Self.settings[name])
        setting.seed = seed
        return try TracedWorld(setting)
    }

    private func names(_ stages: [TraceStage]) -> Set<TraceStage.Name> { Set(stages.map(\.name)) }

    /// No hole, nothing empty: so the sum is the total to the nanosecond, which is within 1 %.
    private func checkSum(_ record: ExchangeRecord, _ why: Comment) {
        var end = record.start
        var sum = AirDuration.zero
        for stage in record.stages {
            #expect(stage.start == end, why)
            #expect(stage.length > .zero, why)
            sum = sum + stage.length
            end = stage.end
        }
        #expect(sum == record.total, why)
        for overlap in record.overlaps { #expect(overlap.length >= .zero && overlap.start >= record.start, why) }
    }

    @Test(arguments: Array(settings.keys.sorted()))
    func stagesOfEveryExchangeSumUpToItsTotal(_ name: String) throws {
        for seed in 1...2 as ClosedRange<UInt64> {
            let world = try world(name, seed: seed)
            let why: Comment = "\(name), seed \(seed)"
            #expect(world.opened > 0, why)
            #expect(world.records.count == world.opened, "a record for each exchange: \(why)")
            #expect(world.builder.openExchanges == 0, why)
            #expect(world.records.count { $0.outcome == "acknowledged" } == world.acknowledged, why)
            for record in world.records { checkSum(record, why) }
        }
    }

    @Test func anExchangeBeginsWithItsMsg1AndEndsWithItsAcknowledgement() throws {
        for name in ["network authentication", "a radio that tells late", "direct access"] {
            let records = try world(name).records.filter { $0.outcome == "acknowledged" && $0.overlaps.isEmpty }
            for record in records {
                #expect(record.stages.first?.name == .msg1, "\(name)")
                #expect(record.stages.last?.name == .ack, "\(name)")
            }
        }
    }

    @Test func aSingleDeviceBeginsWithThePagingThatTellsItToSend() throws {
        let world = try world("single devices")
        #expect(!world.records.isEmpty)
        for record in world.records { #expect(record.stages.first?.name == .r2d && record.access == "cfra") }
    }

    @Test func whereNothingElseHappensTheSpoolIsAStage() throws {
        let world = try world("no network authentication")
        for record in world.records where record.outcome == "acknowledged" {
            #expect(names(record.stages).contains(.spool))
            #expect(names(record.overlaps).isEmpty)
        }
    }

    @Test func aCommandThatComesWhileTheSpoolWritesMakesItAnOverlap() throws {
        var setting = try #require(Self.settings["a command"])
        setting.spoolMilliseconds = 8...9
        let records = try TracedWorld(setting).records.filter { $0.commands == 2 }
        #expect(records.count >= setting.devices / 2)
        for record in records {
            #expect(names(record.overlaps).contains(.spool))
            #expect(record.stages.filter { $0.name == .aiotf }.count == 2)
        }
    }

    @Test func aBurstThatIsMissedIsAStageOfItsOwn() throws {
        let records = try world("losses").records
        #expect(records.contains { $0.missed > 0 && $0.outcome == "acknowledged" })
        #expect(records.contains { $0.outcome == "noAnswer" })
        for record in records { #expect(record.stages.count { $0.name == .noBurst } == record.missed) }
    }

    @Test func segmentsAreFurtherFramesAndBursts() throws {
        let whole = try world("a command").records
        let segmented = try world("segments").records
        func bursts(_ records: [ExchangeRecord]) -> Int {
            records.map { $0.stages.count { $0.name == .d2r } }.max() ?? 0
        }
        #expect(bursts(segmented) > bursts(whole))
    }

    @Test func anExchangeWhoseBudgetIsOverEndsWithTheWaitForTheAIoTFOrForTheAir() throws {
        let late = try world("a slow AIoTF").records.filter { $0.outcome == "budgetExceeded" }
        let ends = late.compactMap(\.stages.last)
        #expect(ends.contains { $0.name == .aiotf && $0.length >= .milliseconds(490) })
        #expect(ends.allSatisfy { $0.name == .aiotf || $0.name == .airWait })
    }

    @Test func anExchangeWhoseBudgetIsOverForTheDiskEndsWithTheSpool() throws {
        let late = try world("a slow disk").records.filter { $0.outcome == "budgetExceeded" }
        #expect(!late.isEmpty)
        for record in late { #expect(record.stages.last?.name == .spool) }
    }

    @Test func aCommandLongAfterTheAcknowledgementIsARecordOfItsOwn() throws {
        var setting = try #require(Self.settings["a command"])
        setting.devices = 4
        setting.secondCommandDelay = .milliseconds(5_000)
        let world = try TracedWorld(setting)
        let later = world.records.filter(\.continues)
        #expect(later.count == 4)
        for record in later {
            #expect(record.outcome == "acknowledged")
            #expect(record.commands == 1)
            checkSum(record, "continued")
        }
        #expect(world.records.count { !$0.continues } == world.opened)
    }

    @Test func aRecordIsTheSameAfterItsLine() throws {
        for record in try world("a command").records {
            var text = TraceText()
            record.write(line: &text)
            let line = String(decoding: text.octets, as: UTF8.self)
            #expect(line.last == "\n")
            #expect(ExchangeRecord(line: line.dropLast()) == record)
        }
    }

    @Test func whatIsNoRecordIsNotReadAsOne() {
        for line in ["", "{", "[]", "{}", #"{"exchange":-1}"#, #"{"exchange":1,"inventory":1,"stages":[]}"#] {
            #expect(ExchangeRecord(line: line) == nil)
            #expect(AIoTFTurn(line: line) == nil)
        }
    }
}
