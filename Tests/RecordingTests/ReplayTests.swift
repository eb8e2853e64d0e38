import AIoTBase
import AIoTCapture
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTReplay
import RadioFrontEnd
import Recording
import Synchronization
import Testing
import Transceiver

@Suite struct ReplayTests {
    /// A recorded inventory of five devices.
    private struct Recorded {
        let disk = ScriptedDisk()
        var inventory: RecordedInventory
        let totals: RecorderTotals
        var reader = ReaderConfiguration()

        init(devices: Int = 5, _ change: (inout RecorderPlan, inout ReaderConfiguration) -> Void = { _, _ in }) throws {
            var plan = RecorderPlan(name: "r")
            plan.bufferOctets = 256 << 20
            plan.blockOctets = 1 << 16
            change(&plan, &reader)
            let recorder = try IQRecorder(plan, disk: disk) { _ in }
            let tap = SampleTap(recorder, sampleRateHz: reader.sampleRateHz)
            inventory = try RecordedInventory.recorded(devices: devices, reader: reader, tap: tap)
            totals = recorder.finish()
        }

        var octets: [UInt8] { disk.octets("r.sigmf-data") ?? [] }

        /// - Parameter piece: octets of a read, whatever is asked for.
        func source(piece: Int = 65_536) -> ReplaySource {
            let octets = octets
            let place = Mutex(0)
            return ReplaySource(name: "r", format: .ci16, sampleRateHz: reader.sampleRateHz) { _ in
                place.withLock { place in
                    defer { place = min(place + piece, octets.count) }
                    return Array(octets[place..<min(place + piece, octets.count)])
                }
            }
        }
    }

    @Test func aRecordedInventoryReplaysToTheSameDevicesAndFrames() throws {
        let recorded = try Recorded()
        try #require(recorded.inventory.hasEnded && recorded.inventory.deviceIDs.count == 5)
        #expect(recorded.totals.lostSamples == 0)
        let strange = Mutex(0)
        for piece in [65_536, 10_007] {
            let radio = FrontEndRadio(
                ReplayFrontEnd(source: recorded.source(piece: piece), profile: recorded.reader.profile) {
                    _ in
                    strange.withLock { $0 += 1 }
                })
            let replayed = try RecordedInventory(devices: 5, reader: recorded.reader, radio: radio)
            radio.stop()
            #expect(replayed.hasEnded)
            #expect(replayed.exchange == recorded.inventory.exchange)
            #expect(replayed.deviceIDs == recorded.inventory.deviceIDs)
            #expect(radio.absence == nil && strange.withLock { $0 } == 0)
        }
    }

    @Test func theFramesOfARecordingAreAnnotatedWhereTheyAre() throws {
        let recorded = try Recorded(devices: 2)
        let metadata = try SigMFMetadata(parsing: recorded.disk.octets("r.sigmf-meta") ?? [])
        var decoder = RecordingDecoder(profile: recorded.reader.profile, sampleRateHz: recorded.reader.sampleRateHz)
        var samples = SampleDecoder(.ci16le)
        let frames = decoder.push(samples.decode(recorded.octets)) + decoder.finish()
        try #require(frames.count > 6)
        let found = metadata.annotations.filter { $0.label != "undecodable" }
        #expect(found.map(\.comment) == frames.map { Hex.encoded($0.octets) })
        for (annotation, frame) in zip(found, frames) {
            #expect(abs(Int(annotation.sampleStart) - frame.sampleStart) <= 20)
        }
    }

    @Test func framesThatNobodyOrderedAreShownAndCountedAndThenTheReplayIsAbsent() throws {
        let recorded = try Recorded(devices: 2)
        let shown = Mutex<[AirFrame]>([])
        let radio = FrontEndRadio(
            ReplayFrontEnd(source: recorded.source(), profile: recorded.reader.profile) { outcome in
                shown.withLock { $0 += outcome.frames }
            })
        let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 2)
        let message = R2DMessage.paging(
            Paging(transactionID: TransactionID(60), access: .cbra, schedule: schedule, sdu: [1, 2, 3]))
        var air = AirSchedule(profile: recorded.reader.profile, sampleRateHz: recorded.reader.sampleRateHz)
        let transmission = R2DTransmission(
            id: 1, message: message, octets: try message.encoded(), chipsPerSymbol: 6,
            windows: air.windows(after: message))
        try #require(!transmission.expected.isEmpty)
        _ = radio.perform(transmission, at: .zero)
        radio.stop()
        #expect(shown.withLock { $0.map(\.octets) } == recorded.inventory.frames.map(\.octets))
        let pagings = recorded.inventory.frames.count { $0.isR2D }
        #expect(radio.absence?.contains("0 frames as ordered, \(pagings) that nobody ordered") ?? false)
    }

    @Test func atAPaceAnOutcomeIsNotOverBeforeItsTime() throws {
        let recorded = try Recorded(devices: 1)
        let first = try #require(recorded.inventory.frames.first)
        let message = try R2DMessage(decoding: first.octets)
        let reader = recorded.reader
        var schedule = AirSchedule(profile: reader.profile, sampleRateHz: reader.sampleRateHz)
        let transmission = R2DTransmission(
            id: 1, message: message, octets: first.octets, chipsPerSymbol: 6, windows: schedule.windows(after: message))
        let start = AirTime(nanoseconds: 5_000_000_000)
        let least = first.duration + transmission.expected.map(\.delay).reduce(.zero, max)
        for (pace, lengthened) in [(nil, 0.0), (1.0, 1.0), (0.5, 2.0)] {
            let radio = FrontEndRadio(
                ReplayFrontEnd(source: recorded.source(), profile: reader.profile, pace: pace))
            let outcome = radio.perform(transmission, at: start)
            radio.stop()
            #expect((outcome.end - start).seconds >= least.seconds * lengthened)
            #expect(lengthened > 0 || outcome.end == start)
            #expect(outcome.frames.first?.start == start)
        }
    }

    /// An AIoTF that answers a little sooner has acknowledgements go together that went apart.
    @Test func aFrameThatNothingAnswersNeedNotBeInTheRecordingAndOthersMayChangePlaces() throws {
        let recorded = try Recorded(devices: 2)
        let reader = recorded.reader
        var schedule = AirSchedule(profile: reader.profile, sampleRateHz: reader.sampleRateHz)
        let orders = try recorded.inventory.frames.filter(\.isR2D).prefix(3).enumerated().map { place, frame in
            let message = try R2DMessage(decoding: frame.octets)
            return R2DTransmission(
                id: UInt64(place), message: message, octets: frame.octets, chipsPerSymbol: 6,
                windows: schedule.windows(after: message))
        }
        try #require(orders.count == 3)
        let message = R2DMessage.acknowledgement(Acknowledgement(transactionID: TransactionID(60), asIDs: [ASID(77)]))
        let missing = R2DTransmission(
            id: 9, message: message, octets: try message.encoded(), chipsPerSymbol: 6, windows: .init())
        let radio = FrontEndRadio(ReplayFrontEnd(source: recorded.source(), profile: reader.profile))
        for order in [missing, orders[0], orders[2], orders[1]] {
            let outcome = radio.perform(order, at: .zero)
            #expect(outcome.frames.first?.octets == order.octets)
            #expect(outcome.reports.count == order.expected.count)
        }
        radio.stop()
        #expect(radio.absence == nil)
    }

    /// Six devices in two occasions: most of what they send collides.
    @Test func piecesAroundUndecodableBurstsReplay() throws {
        let recorded = try Recorded(devices: 6) { plan, reader in
            plan.ring = .init(milliseconds: 500)
            reader.fixedQ = 1
            reader.maxRounds = 4
        }
        try #require(recorded.totals.incidents > 0)
        #expect(recorded.totals.unsavedIncidents == 0)
        let names = recorded.disk.names.filter { $0.hasSuffix("-undecodable.sigmf-data") }
        #expect(names.count == recorded.totals.incidents)
        for name in names {
            var decoder = RecordingDecoder(
                profile: recorded.reader.profile, sampleRateHz: recorded.reader.sampleRateHz)
            var samples = SampleDecoder(.ci16le)
            _ = decoder.push(samples.decode(recorded.disk.octets(name) ?? []))
            _ = decoder.finish()
            #expect(decoder.undecodable > 0, "\(name): the replay finds no burst that does not decode")
        }
    }
}
