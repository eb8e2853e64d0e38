import AIoTBase
import AIoTLink
import AIoTReader
import RadioFrontEnd
import ReaderService
import Spool
import Testing

@testable import ReaderControl

@Suite struct ReaderPictureTests {
    private var picture = ReaderPicture(links: [.init(name: "core", endpoints: ["tcp://127.0.0.1:1"])])

    private mutating func see(_ sight: LoopSight, _ seconds: Int64 = 1) -> [ControlEvent] {
        picture.see(sight, at: AirTime(nanoseconds: seconds * 1_000_000_000))
    }

    private func trouble(_ kind: TroubleKind) throws -> Trouble { try #require(picture.troubles[kind]) }

    @Test mutating func aLinkThatIsDownIsATroubleUntilItIsUp() throws {
        let down = LoopSight.link(LinkID(0), .down(reason: "refused: start it"), told: .zero)
        #expect(see(down).count == 2)
        // The same again: the link is told, the trouble is known.
        #expect(see(down, 2) == [.link(name: "core", state: .down, why: "refused: start it")])
        #expect(try trouble(.link("core")).count == 2)
        _ = see(.link(LinkID(0), .connected(endpoint: 0), told: .zero), 3)
        let events = see(.link(LinkID(0), .up(aiotfIdentifier: [0xA1], probes: true), told: .zero), 4)
        #expect(events == [.link(name: "core", state: .up, why: nil), .trouble(try trouble(.link("core")))])
        #expect(try trouble(.link("core")).over == AirTime(nanoseconds: 4_000_000_000))
        #expect(picture.links[0].endpoint == 0)
        #expect(picture.links[0].aiotfIdentifier == [0xA1])
    }

    @Test mutating func aFrontEndIsInTroubleUntilItIsReady() throws {
        #expect(see(.radio(.opening, why: "looking")).count == 1)
        #expect(picture.troubles.troubles.isEmpty)
        for state in [RadioState.absent, .denied, .stalled, .degraded] {
            #expect(see(.radio(state, why: "\(state): plug it in")).count == 2)
        }
        #expect(try trouble(.frontEnd).cause == "degraded: plug it in")
        #expect(see(.radio(.ready, why: "fine")).count == 2)
        #expect(try trouble(.frontEnd).over != nil)
    }

    @Test mutating func aSpoolThatTakesNothingIsInTrouble() throws {
        _ = see(.spooled(relay: 1, .failure(.full(limit: 65_536)), told: .zero))
        #expect(try trouble(.spool).cause.contains("raise the limit"))
        #expect(see(.spooled(relay: 2, .success(1), told: .zero)).count == 1)
        #expect(try trouble(.spool).over != nil)
    }

    @Test mutating func aRefusedReloadIsATroubleUntilOneIsTaken() throws {
        _ = see(.reloaded(problem: "reader.yaml:3:1: no such key"), 5)
        #expect(try trouble(.configuration).over == nil)
        #expect(picture.reloaded == nil)
        _ = see(.reloaded(problem: nil), 6)
        #expect(try trouble(.configuration).over != nil)
        #expect(picture.reloaded == AirTime(nanoseconds: 6_000_000_000))
    }

    @Test mutating func aHealthRuleDegradesUntilItIsOver() throws {
        let finding = HealthFinding(name: "collisions", deed: .degrade, isOver: false, text: "9 of 5")
        _ = see(.health(finding))
        #expect(picture.degraded == ["collisions"])
        #expect(try trouble(.health("collisions")).cause == "9 of 5")
        _ = see(.health(HealthFinding(name: "collisions", deed: .degrade, isOver: true, text: "2 of 5")))
        #expect(picture.degraded.isEmpty)
        #expect(try trouble(.health("collisions")).over != nil)
    }

    @Test mutating func anInventoryIsOpenFromItsFirstRoundToItsEnd() {
        let id = TransactionID(3)
        let first = see(.notice(.roundStarted(id, round: 1, q: 4, acknowledged: 0)))
        #expect(first == [.inventoryBegun(id), .round(id, round: 1, q: 4, acknowledged: 0)])
        _ = see(.notice(.deviceAcknowledged(id, count: 2)))
        _ = see(.notice(.deviceAcknowledged(id, count: 3)))
        #expect(picture.inventories[id]?.acknowledged == 5)
        #expect(see(.notice(.roundStarted(id, round: 2, q: 3, acknowledged: 5))).count == 1)
        #expect(picture.inventories[id]?.rounds == 2)
        #expect(
            see(.notice(.inventoryComplete(id, acknowledged: 6, rounds: 2)))
                == [.inventoryComplete(id, acknowledged: 6, rounds: 2)])
        #expect(picture.inventories.isEmpty)
    }

    @Test mutating func aLinkThatIsNotKnownIsNoMatter() {
        #expect(see(.link(LinkID(7), .down(reason: "x"), told: .zero)).isEmpty)
        #expect(see(.link(LinkID(-1), .congested(true), told: .zero)).isEmpty)
    }
}
