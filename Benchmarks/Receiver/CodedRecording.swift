import AIoTBase
import AIoTCapture
import AIoTMac
import AIoTPhy
import Glibc

/// A busy recording of coded bursts, with repetition: one exchange behind another.
enum CodedRecording {
    static func write(_ path: String, seconds: Double) throws {
        guard let file = fopen(path, "w") else { throw Allocations.CannotRead(path: path) }
        defer { fclose(file) }
        var air = Air(seed: 3)
        var left = seconds
        while left > 0 {
            let exchange = try exchange(&air)
            let octets = SampleFormat.ci16le.octets(of: exchange)
            fwrite(octets, 1, octets.count, file)
            left -= Double(exchange.count / 2) / Air.rateHz
        }
    }

    private static func exchange(_ air: inout Air) throws -> [Float] {
        let octets = 20 + air.place(below: 41)
        let schedule = Schedule(
            rateCode: UInt8(4 + air.place(below: 2)), subcarrierCode: UInt8(air.place(below: 2)), fec: true,
            repetition: air.place(below: 2) == 0, midamble: true, transportBlockOctets: UInt8(octets))
        let message = try R2DMessage.upperLayerData(
            R2DUpperLayerData(transactionID: TransactionID(1), asID: ASID(1), schedule: schedule)
        ).encoded()
        let frame = try R2DModulator.waveform(of: message, chipsPerSymbol: 6, in: Air.profile)
        let format = schedule.burstFormat()
        let delay = Air.profile.d2rTurnaround.seconds
        let burst = Air.Burst(
            message: try D2RUpperLayerData(
                moreData: false, sdu: air.octets(octets - 2), transportBlockOctets: octets
            ).encoded(), format: format, delay: delay, clockError: air.random(-0.018...0.018),
            phase: air.random(0...6.2))
        let length = (delay + format.duration(in: Air.profile).seconds) * Air.profile.slotStretch
        return air.samples(
            frame: frame, bursts: [burst], seconds: frame.seconds + length + 400e-6,
            bitRateHz: format.bitRateHz(in: Air.profile))
    }

    /// The high octets of 16-bit samples, rounded: the same at 8 bits.
    static func makeEightBit(of path: String, into target: String) throws {
        guard let from = fopen(path, "r"), let to = fopen(target, "w") else {
            throw Allocations.CannotRead(path: path)
        }
        defer {
            fclose(from)
            fclose(to)
        }
        var octets = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&octets, 1, octets.count, from) / 2
            guard count > 0 else { return }
            let short = (0..<count).map { index -> UInt8 in
                let value = Int(Int16(truncatingIfNeeded: Int(octets[2 * index]) | Int(octets[2 * index + 1]) << 8))
                return UInt8(truncatingIfNeeded: min((value + 128) >> 8, 127))
            }
            fwrite(short, 1, count, to)
        }
    }
}
