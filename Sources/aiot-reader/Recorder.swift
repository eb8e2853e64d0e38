import AIoTBase
import AIoTCapture
import AIoTWorld
import Crypto
import Foundation
import RadioFrontEnd

/// Writes what a radio receives as a SigMF recording, the frames as annotations.
final class Recorder {
    private let name: String
    private let sampleRateHz: Double
    private let handle: FileHandle
    private let start = Date()
    private var digest = SHA512()
    private var annotations: [SigMFMetadata.Annotation] = []
    /// The first thing that went wrong while writing; told at the end.
    private var failure: (any Error)?

    private static let format = SampleFormat.ci16le

    init(name: String, sampleRateHz: Double) throws {
        self.name = name
        self.sampleRateHz = sampleRateHz
        handle = try OutputFile.create(name + ".sigmf-data")
    }

    /// Interleaved samples as received.
    func append(_ samples: UnsafeBufferPointer<Float>) {
        guard failure == nil else { return }
        let data = Data(Self.format.octets(of: Array(samples)))
        digest.update(data: data)
        do { try handle.write(contentsOf: data) } catch { failure = error }
    }

    func annotate(_ frame: AirFrame, comment: String) {
        annotations.append(
            SigMFMetadata.Annotation(
                sampleStart: Int64((frame.start.seconds * sampleRateHz).rounded()),
                sampleCount: Int64((frame.duration.seconds * sampleRateHz).rounded()),
                label: frame.isR2D ? "R2D" : "D2R", comment: comment))
    }

    func finish() throws {
        if let failure { throw failure }
        try handle.close()
        let stamp = start.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        let metadata = SigMFMetadata(
            format: Self.format, sampleRateHz: sampleRateHz,
            sha512: digest.finalize().map { String(format: "%02x", $0) }.joined(),
            description: "Ambient IoT inventory, simulated", recorder: "aiot-reader",
            captures: [SigMFMetadata.Capture(frequencyHz: 920_600_000, datetime: stamp)],
            annotations: annotations.sorted { $0.sampleStart < $1.sampleStart })
        let file = try OutputFile.create(name + ".sigmf-meta")
        try file.write(contentsOf: Data(metadata.encoded()))
        try file.close()
    }
}

/// Writes frames and NGAP PDUs as one pcapng file, on one clock.
final class FrameCapture {
    private let handle: FileHandle
    private let writer = PcapngWriter(application: "aiot-reader")
    private let startNanoseconds = UInt64(Date().timeIntervalSince1970 * 1e9)
    private var failure: (any Error)?

    init(path: String) throws {
        handle = try OutputFile.create(path)
        try handle.write(contentsOf: Data(writer.header))
    }

    func append(_ frame: FrameRecord, at nanoseconds: Int64) {
        write(writer.block(frame, unixNanoseconds: stamp(nanoseconds)))
    }

    func append(ngap pdu: [UInt8], isToAIoTF: Bool, at nanoseconds: Int64) {
        write(writer.block(ngap: pdu, isToAIoTF ? .outbound : .inbound, unixNanoseconds: stamp(nanoseconds)))
    }

    func finish() throws {
        if let failure { throw failure }
        try handle.close()
    }

    private func stamp(_ nanoseconds: Int64) -> UInt64 { startNanoseconds &+ UInt64(max(0, nanoseconds)) }

    private func write(_ octets: [UInt8]) {
        guard failure == nil else { return }
        do { try handle.write(contentsOf: Data(octets)) } catch { failure = error }
    }
}

/// A file to be written, made anew.
enum OutputFile {
    static func create(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            Console.report("\(path) cannot be written: does the folder exist, and may you write there?")
            throw Ending.cannotWrite
        }
        return handle
    }
}
