import AIoTCapture
import Foundation
import RadioFrontEnd
import Recording
import Synchronization
import Transceiver

/// A millisecond.
func waitAMoment() { Thread.sleep(forTimeInterval: 0.001) }

/// A recorder on a scripted disk, fed with samples that tell their own place: I and Q are the lower and the upper half of
/// the number of the sample.
final class Rig {
    let disk: ScriptedDisk
    let recorder: IQRecorder
    private let notices: Notices
    /// The number of the next sample.
    private(set) var fed: Int64 = 0

    static let rateHz = 1e6
    /// Samples in a block, and octets.
    static let blockSamples = 256
    static let blockOctets = 1_024

    final class Notices: Sendable {
        private let list = Mutex<[RecorderNotice]>([])
        func add(_ notice: RecorderNotice) { list.withLock { $0.append(notice) } }
        var all: [RecorderNotice] { list.withLock { $0 } }
    }

    /// Counts octets: no digest, but another one for each file.
    struct Digest: RecordingDigest {
        var count = 0
        mutating func update(_ octets: UnsafeRawBufferPointer) { count += octets.count }
        func finished() -> String { String(count, radix: 16) }
    }

    init(
        disk: ScriptedDisk = ScriptedDisk(), bufferBlocks: Int = 16, format: StreamFormat = .ci16,
        _ change: (inout RecorderPlan) -> Void = { _ in }
    ) throws {
        var plan = RecorderPlan(name: "r")
        plan.blockOctets = Self.blockOctets
        plan.bufferOctets = bufferBlocks * Self.blockOctets
        change(&plan)
        let notices = Notices()
        self.disk = disk
        self.notices = notices
        recorder = try IQRecorder(
            plan, disk: disk, digest: { Digest() }, wallClock: { 1_700_000_000_000_000_000 }
        ) { notices.add($0) }
        recorder.started(format: format, sampleRateHz: Self.rateHz)
    }

    var troubles: [String] { notices.all.filter(\.isTrouble).map(\.text) }

    func feed(_ samples: Int) {
        let values = (fed..<fed + Int64(samples)).map { UInt32($0).littleEndian }
        values.withUnsafeBytes { recorder.received($0, firstSample: fed) }
        fed += Int64(samples)
    }

    /// Samples that never come.
    func skip(_ samples: Int64) { fed += samples }

    /// Feeds one sample at a time until `condition` holds; ten seconds at most.
    func feed(until condition: () -> Bool) {
        for _ in 0..<10_000 where !condition() {
            feed(Self.blockSamples)
            waitAMoment()
        }
    }

    func metadata(_ name: String = "r") throws -> SigMFMetadata {
        try SigMFMetadata(parsing: disk.octets(name + ".sigmf-meta") ?? [])
    }

    /// The numbers of the samples of a file.
    func numbers(_ name: String = "r") -> [Int64] {
        let octets = disk.octets(name + ".sigmf-data") ?? []
        return stride(from: 0, to: octets.count - 3, by: 4).map { place in
            (0..<4).reduce(0) { $0 | Int64(octets[place + $1]) << Int64(8 * $1) }
        }
    }

    /// The names of the pieces of the ring mode.
    var pieces: [String] { disk.names.filter { $0.hasSuffix(".sigmf-data") }.map { String($0.dropLast(11)) } }
}
