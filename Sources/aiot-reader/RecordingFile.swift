import AIoTCapture
import Crypto
import Foundation
import Glibc

/// A recording of IQ samples on disk: SigMF, or bare samples with a given rate.
struct RecordingFile {
    let format: SampleFormat
    let sampleRateHz: Double
    /// `core:sha512` of the samples, where the metadata has it.
    private let sha512: String?
    /// Octets before the first sample, in files from elsewhere.
    private let headerOctets: UInt64
    private let handle: FileHandle

    /// Why a recording cannot be read; the text says what to do.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    /// - Parameters:
    ///   - path: `NAME.sigmf-meta`, `NAME.sigmf-data`, `NAME` of such a pair, or a file of bare samples.
    ///   - rateHz: the sample rate of bare samples; for SigMF it must agree with the metadata.
    ///   - datatype: of bare samples whose file name does not tell it.
    init(path: String, rateHz: Double?, datatype: String?) throws(Problem) {
        let base = Self.sigMFBase(of: path)
        let dataPath: String
        if let base {
            let metadata = try Self.metadata(path: base + ".sigmf-meta")
            guard let rate = metadata.sampleRateHz ?? rateHz else {
                throw Problem(description: "\(base).sigmf-meta has no core:sample_rate: give --rate")
            }
            if let rateHz, rateHz != rate {
                throw Problem(
                    description: "--rate \(rateHz) differs from core:sample_rate \(rate): leave --rate away")
            }
            format = metadata.format
            sha512 = metadata.sha512
            sampleRateHz = rate
            headerOctets = UInt64(clamping: metadata.captures.first?.headerOctets ?? 0)
            // NSString's deletingLastPathComponent traps on a name of one letter.
            let folder = base.lastIndex(of: "/").map { base[...$0] } ?? ""
            dataPath = metadata.dataset.map { folder + $0 } ?? base + ".sigmf-data"
        } else {
            format = try Self.bareFormat(path: path, datatype: datatype)
            guard let rateHz else {
                throw Problem(description: "\(path) holds bare samples: give their rate with --rate HZ")
            }
            sampleRateHz = rateHz
            sha512 = nil
            headerOctets = 0
            dataPath = path
        }
        guard (1e6...20e6).contains(sampleRateHz) else {
            throw Problem(description: "sample rate \(sampleRateHz): the receiver takes 1,000,000 to 20,000,000")
        }
        guard let handle = FileHandle(forReadingAtPath: dataPath) else {
            throw Problem(description: "\(dataPath) cannot be read: does it exist, and may you read it?")
        }
        self.handle = handle
        try goToFirstSample()
    }

    private func goToFirstSample() throws(Problem) {
        // What cannot go back, a pipe, is at its first sample already.
        guard headerOctets > 0 else { return }
        do { try handle.seek(toOffset: headerOctets) } catch {
            throw Problem(description: "cannot go to the first sample, behind \(headerOctets) octets of header")
        }
    }

    /// The next octets of the samples; empty at the end.
    func read(octets: Int) throws(Problem) -> Data {
        do {
            return try handle.read(upToCount: octets) ?? Data()
        } catch {
            throw Problem(description: "reading failed: \(error.localizedDescription)")
        }
    }

    /// Reads the next octets of the samples into `octets`.
    /// - Returns: how many there were, 0 at the end.
    func read(into octets: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
        while true {
            let count = Glibc.read(handle.fileDescriptor, octets.baseAddress, octets.count)
            guard count < 0 else { return count }
            guard errno == EINTR else {
                throw Problem(description: "reading failed: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Compares the samples with their checksum, where there is one, and goes back to the first.
    func verifyChecksum() throws(Problem) {
        guard let sha512 else { return }
        var digest = SHA512()
        while true {
            let data = try read(octets: 1 << 20)
            if data.isEmpty { break }
            digest.update(data: data)
        }
        let found = digest.finalize().map { String(format: "%02x", $0) }.joined()
        guard found == sha512.lowercased() else {
            throw Problem(description: "the samples do not have the checksum core:sha512: the recording is damaged")
        }
        do { try handle.seek(toOffset: 0) } catch { throw Problem(description: "cannot go back to the first sample") }
        try goToFirstSample()
    }

    /// Whether there is a SigMF recording of that name.
    static func sigMFBase(of path: String) -> String? {
        for ending in [".sigmf-meta", ".sigmf-data"] where path.hasSuffix(ending) {
            return String(path.dropLast(ending.count))
        }
        return FileManager.default.fileExists(atPath: path + ".sigmf-meta") ? path : nil
    }

    private static func metadata(path: String) throws(Problem) -> SigMFMetadata {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(description: "\(path) cannot be read: does it exist, and may you read it?")
        }
        do {
            return try SigMFMetadata(parsing: Array(data))
        } catch {
            throw Problem(description: "\(path): \(error)")
        }
    }

    private static func bareFormat(path: String, datatype: String?) throws(Problem) -> SampleFormat {
        if let datatype {
            do {
                return try SampleFormat(datatype: datatype)
            } catch {
                throw Problem(description: "--datatype: \(error)")
            }
        }
        let ending = (path as NSString).pathExtension
        guard let format = SampleFormat(fileExtension: ending) else {
            throw Problem(
                description: "\(path) is neither SigMF nor named .cs8, .cu8, .cs16 or .cf32: give --datatype and --rate"
            )
        }
        return format
    }
}
