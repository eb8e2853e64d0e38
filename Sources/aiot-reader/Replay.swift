import AIoTBase
import AIoTCapture
import AIoTPhy
import AIoTReplay
import ControlSocket
import Foundation

/// Runs a recording through the decoder.
struct Replay {
    var decoder: RecordingDecoder
    let file: RecordingFile
    private var samples: SampleDecoder
    private let blockSamples: Int
    /// What is read at once: enough that a system call costs little, little enough to stay near the processor.
    private static let samplesPerRead = 16_384

    init(file: RecordingFile, profile: AirProfile = .oursV0, blockSamples: Int = Replay.samplesPerRead) {
        self.file = file
        self.blockSamples = max(1, blockSamples)
        decoder = RecordingDecoder(profile: profile, sampleRateHz: file.sampleRateHz)
        samples = SampleDecoder(file.format)
    }

    /// Decodes what the file holds and hands the frames of each block on, in order.
    /// - Parameter goesOn: asked at the end of the file; true waits for more of it.
    mutating func run(
        goesOn: () -> Bool = { false }, _ body: ([DecodedFrame]) -> Void
    ) throws(RecordingFile.Problem) {
        // Small blocks are for tests of the decoder; the file is read in large ones all the same.
        let size = max(blockSamples, Self.samplesPerRead) * file.format.octetsPerSample
        let octets = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { octets.deallocate() }
        var floats: [Float] = []
        while true {
            let count = try file.read(into: octets)
            if count == 0 {
                guard goesOn() else { break }
                continue
            }
            samples.decode(UnsafeRawBufferPointer(rebasing: octets[..<count]), into: &floats)
            push(floats, body)
        }
        body(decoder.finish())
    }

    private mutating func push(_ floats: [Float], _ body: ([DecodedFrame]) -> Void) {
        floats.withUnsafeBufferPointer { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = min(2 * blockSamples, buffer.count - offset)
                let block = UnsafeBufferPointer(rebasing: buffer[offset..<offset + count])
                let frames = decoder.push(block)
                if !frames.isEmpty { body(frames) }
                offset += count
            }
        }
    }
}

extension DecodedFrame {
    /// The JSON line of `spec/4`.
    var json: String {
        var line = JSONLine()
        line.add("type", "frame")
        line.add("direction", isR2D ? "R2D" : "D2R")
        line.add("sampleStart", sampleStart)
        line.add("sampleCount", sampleCount)
        line.add("message", message)
        line.add("pdu", Hex.encoded(octets))
        line.add("crc", crcRight)
        line.add("transactionID", transactionID.map { Int($0.value) })
        line.add("occasion", d2r?.occasion)
        line.add("snrDB", d2r?.measurement.snrDB, decimals: 1)
        if let d2r { line.add("collision", d2r.measurement.isCollided) }
        if let chipsPerSymbol { line.add("m", chipsPerSymbol) }
        if let d2r {
            line.add("rate", d2r.format.rateCode)
            line.add("subcarrier", d2r.format.subcarrierPeriods)
            line.add("fec", d2r.format.fec)
            line.add("repetition", d2r.format.repetition)
            line.add("midamble", d2r.format.midamble)
            line.add("frequencyIndex", d2r.frequencyPosition)
            line.add("powerDB", d2r.measurement.powerDB, decimals: 1)
            line.add("clockErrorPPM", d2r.measurement.clockError * 1e6, decimals: 0)
            line.add("carrierOffsetHz", d2r.measurement.carrierOffsetHz, decimals: 0)
        }
        return line.text
    }

    /// A line for people.
    func row(sampleRateHz: Double) -> String {
        let time = String(format: "%10.3f ms", Double(sampleStart) / sampleRateHz * 1_000)
        let name = (message ?? "unknown").padding(toLength: 18, withPad: " ", startingAt: 0)
        let snr = d2r.map { String(format: "%5.1f dB", $0.measurement.snrDB) } ?? "        "
        let pdu = Hex.encoded(octets)
        let shown = pdu.count > 64 ? pdu.prefix(61) + "..." : pdu[...]
        return "\(time)  \(isR2D ? "R2D" : "D2R")  \(name)  \(snr)  \(shown)"
    }
}
