import AIoTBase
import AIoTCapture
import AIoTPhy
import AIoTReplay
import Glibc
import ReceiverShim

/// How often the receiver asks for memory.
enum Allocations {
    static func run(recording: String) throws {
        var air = Air(seed: 2)
        let carrier = SampleFormat.ci16le.octets(of: air.samples(frame: nil, seconds: 0.5))
        for size in [256, 4_096, 16_384] {
            let count = allocations(of: carrier, octetsPerBlock: 4 * size)
            print("allocations in \(count.blocks) blocks of \(size) samples of carrier: \(count.allocations)")
        }
        let octets = try read(recording, octets: 4 * 19_200_000)
        // A first pass over the same samples shows what the frames are; only the receiver is counted.
        var decoder = RecordingDecoder(profile: Air.profile, sampleRateHz: Air.rateHz)
        var samples = SampleDecoder(.ci16le)
        var floats: [Float] = []
        var counted = 0
        octets.withUnsafeBytes { octets in
            for start in stride(from: 0, to: octets.count, by: 65_536) {
                let block = UnsafeRawBufferPointer(rebasing: octets[start..<min(start + 65_536, octets.count)])
                samples.decode(block, into: &floats)
                let before = shim_allocations()
                _ = decoder.push(floats)
                counted += shim_allocations() - before
            }
        }
        let frames = decoder.frameCount
        print(
            "allocations in a busy recording: \(counted) for \(frames) frames, "
                + "\((Double(counted) / Double(max(frames, 1))).text(1)) a frame")
    }

    /// Those of the second half of the blocks.
    private static func allocations(of octets: [UInt8], octetsPerBlock: Int) -> (blocks: Int, allocations: Int) {
        var receiver = StreamReceiver(profile: Air.profile, sampleRateHz: Air.rateHz)
        var samples = SampleDecoder(.ci16le)
        var floats: [Float] = []
        var blocks = 0
        var before = 0
        octets.withUnsafeBytes { octets in
            for start in stride(from: 0, to: octets.count, by: octetsPerBlock) {
                if blocks == 0, start >= octets.count / 2 { before = shim_allocations() }
                let end = min(start + octetsPerBlock, octets.count)
                samples.decode(UnsafeRawBufferPointer(rebasing: octets[start..<end]), into: &floats)
                _ = receiver.push(floats)
                if start >= octets.count / 2 { blocks += 1 }
            }
        }
        return (blocks, shim_allocations() - before)
    }

    /// The first octets of a file.
    private static func read(_ path: String, octets limit: Int) throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw CannotRead(path: path) }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            while count < limit {
                let got = Glibc.read(file, buffer.baseAddress.map { $0 + count }, limit - count)
                guard got > 0 else { return }
                count += got
            }
        }
    }

    struct CannotRead: Error { var path: String }
}
