import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTRelay
import RadioFrontEnd
import ReaderService
import Testing

@testable import ReaderTrace

@Suite struct TraceBuilderTests {
    private let inventory = TransactionID(3)

    private func time(_ milliseconds: Int64) -> AirTime { .zero + .milliseconds(milliseconds) }

    private func open(_ builder: inout TraceBuilder, _ device: UInt32, at milliseconds: Int64) {
        builder.see(.notice(.exchange(inventory, device: device, .opened(ASID(1)))), at: time(milliseconds))
    }

    private func transmit(_ builder: inout TraceBuilder, _ id: UInt64, for device: UInt32, at milliseconds: Int64) {
        let message = R2DMessage.upperLayerData(R2DUpperLayerData(transactionID: inventory, asID: ASID(1), sdu: [1]))
        builder.see(
            .transmit(
                R2DTransmission(
                    id: id, message: message, octets: [1], chipsPerSymbol: 6, windows: AirSchedule.Windows(),
                    exchanges: [device])), at: time(milliseconds))
    }

    @Test func theOldestOfTooManyOpenExchangesGivesWayAndIsCounted() {
        var builder = TraceBuilder()
        let count = TraceBuilder.openLimit + 5
        for device in 0..<count { open(&builder, UInt32(device), at: Int64(device)) }
        #expect(builder.openExchanges == TraceBuilder.openLimit)
        #expect(builder.droppedExchanges == 5)
        let end = time(Int64(count))
        for device in [0, 4] as [UInt32] {
            builder.see(.notice(.exchange(inventory, device: device, .closed(.released))), at: end)
        }
        #expect(builder.take().isEmpty)
        builder.see(.notice(.exchange(inventory, device: 5, .closed(.released))), at: end)
        #expect(builder.take().map(\.exchange) == [5])
    }

    /// A simulated radio tells ahead of time what will then never come to be.
    @Test func anExchangeThatIsClosedBeforeItsFrameIsOverEndsThere() throws {
        var builder = TraceBuilder()
        open(&builder, 7, at: 10)
        transmit(&builder, 1, for: 7, at: 12)
        let frame = AirFrame(
            direction: .r2d(chipsPerSymbol: 6), octets: [1], start: time(12), duration: .milliseconds(8))
        let outcome = RadioOutcome(end: time(40), reports: [.idle], frames: [frame])
        builder.see(.outcome(id: 1, outcome, told: time(12)), at: time(12))
        builder.see(.notice(.exchange(inventory, device: 7, .closed(.carrierLost))), at: time(15))
        let record = try #require(builder.take().first)
        #expect(record.end == time(15))
        #expect(record.outcome == "carrierLost")
        #expect(record.stages.map(\.name) == [.airWait, .r2d])
        #expect(record.total == .milliseconds(5))
    }

    @Test func aFrameOfWhichNothingIsToldEndsWithTheExchange() throws {
        var builder = TraceBuilder()
        open(&builder, 7, at: 10)
        transmit(&builder, 1, for: 7, at: 12)
        builder.see(.notice(.exchange(inventory, device: 7, .closed(.carrierLost))), at: time(30))
        let record = try #require(builder.take().first)
        #expect(record.stages.map(\.name) == [.airWait, .r2d])
        #expect(record.total == .milliseconds(20))
    }

    @Test func aTrackNeverGoesBack() {
        var track = TraceTrack(from: time(10))
        track.cut(.r2d, to: time(5))
        #expect(track.stages.isEmpty)
        track.cut(.r2d, to: time(20))
        track.cut(.device, to: time(20))
        track.cut(.d2r, to: time(30))
        #expect(track.stages.map(\.name) == [.r2d, .d2r])
        track.clip(to: time(20))
        #expect(track.stages.map(\.name) == [.r2d])
        track.clip(to: time(15))
        #expect(track.cursor == time(15))
        track.clip(to: time(1))
        #expect(track.stages.isEmpty)
        #expect(track.cursor == time(1))
    }
}
