import AIoTBase
import AIoTCapture
import AIoTPhy
import Foundation
import RadioFrontEnd
import ReaderService
import Synchronization
import Testing

@testable import AIoTReader
@testable import ReaderControl

@Suite(.timeLimit(.minutes(1)))
struct FrameCaptureTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "aiot-capture-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private final class Troubles: Sendable {
        private let list = Mutex<[String]>([])
        func add(_ text: String) { list.withLock { $0.append(text) } }
        var all: [String] { list.withLock { $0 } }
    }

    private let troubles = Troubles()

    private func capture(_ name: String = "c.pcapng", limitOctets: Int = 1 << 20) throws -> FrameCapture {
        try FrameCapture(
            path: folder.appending(path: name).path, limitOctets: limitOctets, wallClock: { 1_700_000_000_000_000_000 },
            trouble: troubles.add)
    }

    private func packets(_ name: String = "c.pcapng") throws -> [CapturedPacket] {
        var reader = PcapngReader()
        reader.append(try Data(contentsOf: folder.appending(path: name)))
        var packets: [CapturedPacket] = []
        while let packet = try reader.next() { packets.append(packet) }
        try reader.finish()
        return packets
    }

    private func frame(_ octet: UInt8, at milliseconds: Int64, isR2D: Bool = true) -> AirFrame {
        let measurement = BurstMeasurement(snrDB: 20, powerDB: -30, clockError: 0, carrierOffsetHz: 0)
        return AirFrame(
            direction: isR2D
                ? .r2d(chipsPerSymbol: 6)
                : .d2r(
                    D2RBurstFormat(rateCode: 1, subcarrierPeriods: 2, transportBlockOctets: 2), measurement,
                    occasion: 2, isMsg1OfCBRA: true),
            octets: [octet], start: .zero + .milliseconds(milliseconds), duration: .milliseconds(1))
    }

    @Test func framesAndPDUsAreWrittenInOrderOnOneClockWithTheirDirections() throws {
        let (capture, tap) = (try capture(), FrameCaptureTap())
        tap.set(capture)
        let now = AirTime.zero + .milliseconds(100)
        let outcome = RadioOutcome(
            end: now, reports: [], frames: [frame(0x35, at: 90), frame(9, at: 95, isR2D: false)])
        tap.see(.sent(LinkID(0), [1], frame: 4), at: now)
        tap.see(.sent(LinkID(0), [2], frame: nil), at: now)
        tap.see(.outcome(id: 1, outcome, told: now), at: now)
        tap.see(.received(LinkID(0), [3], told: now), at: now)
        let relay = Relay(id: 1, link: LinkID(0), aiotfIdentifier: [], octets: [4])
        tap.see(.relay(relay, frame: nil), at: now)
        tap.see(.relay(relay, frame: 5), at: now + .milliseconds(1))
        tap.set(nil)
        tap.see(.received(LinkID(0), [5], told: now), at: now)
        let totals = capture.finish()
        #expect(totals.frames == 2 && totals.pdus == 3 && totals.lost == 0 && totals.ended == nil)

        let packets = try packets()
        #expect(packets.count == 5)
        #expect(packets.map(\.direction) == [.outbound, .outbound, .inbound, .inbound, .outbound])
        let start: UInt64 = 1_700_000_000_000_000_000
        #expect(
            packets.map { Int64($0.unixNanoseconds) - Int64(start) } == [0, -10_000_000, -5_000_000, 0, 1_000_000])
        let pdus: [[UInt8]] = packets.compactMap { if case .ngap(let octets) = $0.content { octets } else { nil } }
        #expect(pdus == [[1], [3], [4]])
        let frames: [FrameRecord] = packets.compactMap { if case .frame(let one) = $0.content { one } else { nil } }
        #expect(frames.map(\.direction) == [.r2d, .d2r])
        #expect(frames.map(\.transactionID) == [TransactionID(0x35), TransactionID(0x35)])
        #expect(frames.last?.occasion == 2 && frames.last?.flags.contains(.bareRandomID) == true)
    }

    @Test func whatFindsNoRoomInTheQueueIsCountedAndWhatIsInItIsWritten() throws {
        let capture = try capture()
        let each = FrameCapture.queueLimit / 4
        let many = FrameCapture.Item.frames([AirFrame](repeating: frame(0, at: 0), count: each))
        var taken = 0
        // Faster than any disk: the thread may take some away meanwhile.
        for _ in 0..<64 {
            capture.take(many, at: .zero)
            taken += each
        }
        capture.take(.frames([AirFrame](repeating: frame(0, at: 0), count: FrameCapture.queueLimit + 1)), at: .zero)
        taken += FrameCapture.queueLimit + 1
        let totals = capture.finish()
        #expect(totals.frames + totals.lost == taken)
        #expect(totals.lost >= FrameCapture.queueLimit + 1, "more than the queue ever holds")
        #expect(totals.frames >= FrameCapture.queueLimit)
    }

    /// Whatever an AIoTF sends, and however slow the disk is.
    @Test func theOctetsThatWaitAreBounded() throws {
        let capture = try capture(limitOctets: 1 << 30)
        capture.take(
            .pdu([UInt8](repeating: 1, count: FrameCapture.queueOctets + 1), isToAIoTF: false, .zero), at: .zero)
        capture.take(.pdu([1], isToAIoTF: false, .zero), at: .zero)
        let totals = capture.finish()
        #expect(totals.pdus == 1 && totals.lost == 1)
    }

    @Test func aCaptureEndsAtItsLimitWithAWholeFileAndSaysSoOnce() throws {
        let capture = try capture(limitOctets: 1_000)
        for index in 0..<100 {
            capture.take(.pdu([UInt8](repeating: UInt8(index), count: 50), isToAIoTF: true, .zero), at: .zero)
        }
        let totals = capture.finish()
        #expect(totals.octets <= 1_000 && totals.pdus > 0 && totals.pdus + totals.lost == 100)
        #expect(totals.ended != nil && troubles.all.count == 1)
        #expect(try packets().count == totals.pdus)
    }

    @Test func afterItsEndACaptureTakesNothing() throws {
        let capture = try capture()
        capture.finish()
        capture.take(.pdu([1], isToAIoTF: true, .zero), at: .zero)
        #expect(capture.finish().pdus == 0)
        #expect(try packets().isEmpty)
    }

    @Test func aFileThatIsThereIsKept() throws {
        let path = folder.appending(path: "c.pcapng")
        try Data([1, 2, 3]).write(to: path)
        #expect(throws: CaptureFailure.self) { try capture() }
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(path: "l.pcapng").path, withDestinationPath: folder.appending(path: "new").path)
        #expect(throws: CaptureFailure.self) { try capture("l.pcapng") }
        #expect(try Data(contentsOf: path) == Data([1, 2, 3]))
    }
}
