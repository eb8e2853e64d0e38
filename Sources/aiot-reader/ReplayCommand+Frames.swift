import AIoTBase
import AIoTCapture
import AIoTMac
import ControlSocket
import Foundation

extension ReplayCommand {
    /// Prints one packet of a frame capture; false when it is no frame of the air.
    func show(_ packet: CapturedPacket) -> Bool {
        guard case .frame(let record) = packet.content else { return false }
        let message = (try? record.decodedMessage()).map(\.name)
        let isR2D = record.direction == .r2d
        guard format == .json else {
            let time = String(format: "%.6f", Double(packet.unixNanoseconds) / 1e9)
            let name = (message ?? "unknown").padding(toLength: 18, withPad: " ", startingAt: 0)
            Console.print("\(time)  \(isR2D ? "R2D" : "D2R")  \(name)  \(Hex.encoded(record.message))")
            return true
        }
        var line = JSONLine()
        line.add("type", "frame")
        line.add("direction", isR2D ? "R2D" : "D2R")
        line.add("unixNanoseconds", Int(clamping: packet.unixNanoseconds))
        line.add("message", message)
        line.add("pdu", Hex.encoded(record.message))
        line.add("crc", record.flags.contains(.crcRight))
        line.add("transactionID", Int(record.transactionID.value))
        line.add("occasion", record.occasion.map { Int($0) })
        line.add("snrDB", isR2D ? nil : Double(record.snrDeciDB) / 10, decimals: 1)
        if !isR2D { line.add("collision", record.flags.contains(.collisionSeen)) }
        Console.print(line.text)
        return true
    }
}

extension FrameRecord.Message {
    var name: String {
        switch self {
        case .r2d(let message): message.name
        case .d2r(let message): message.name
        }
    }
}
