import AIoTBase

/// From an R2D message to its information bits and back (`spec/2 "Coding"`): length, message, CRC.
package enum R2DCoding {
    /// What the bits of a frame say.
    package struct Decoded: Hashable, Sendable {
        package var octets: [UInt8]
        package var crcRight: Bool
    }

    /// All bits of the frame that carries `message`, in the order of transmission.
    package static func bits(of message: [UInt8], in profile: AirProfile) throws(AirCodingError) -> [UInt8] {
        let limit = 1 << profile.r2dLengthBits - 1
        guard !message.isEmpty else { throw .emptyMessage }
        guard message.count <= limit else { throw .messageLength(octets: message.count, limit: limit) }
        let information = Bits.of(UInt64(message.count), width: profile.r2dLengthBits) + Bits.unpacked(message)
        return information + profile.crc(forInformationBits: information.count).checkBits(of: information)
    }

    /// Bits of a frame with `octets` octets of message: length, message and CRC.
    package static func bitCount(messageOctets octets: Int, in profile: AirProfile) -> Int {
        let information = profile.r2dLengthBits + octets * 8
        return information + profile.crc(forInformationBits: information).width
    }

    /// The message in `bits`, which begin with the length field; `nil` when they end before the CRC does.
    package static func decoded(_ bits: [UInt8], in profile: AirProfile) -> Decoded? {
        guard let octets = messageOctets(from: bits, in: profile) else { return nil }
        let total = bitCount(messageOctets: octets, in: profile)
        guard total <= bits.count else { return nil }
        let information = profile.r2dLengthBits + octets * 8
        let crc = profile.crc(forInformationBits: information)
        return Decoded(
            octets: Bits.packed(bits[profile.r2dLengthBits..<information]),
            crcRight: crc.remainder(of: bits[0..<total]) == 0)
    }

    /// What the length field at the front of `bits` says; `nil` while it is not complete.
    package static func messageOctets(from bits: [UInt8], in profile: AirProfile) -> Int? {
        guard bits.count >= profile.r2dLengthBits else { return nil }
        return bits[0..<profile.r2dLengthBits].reduce(0) { $0 << 1 | Int($1 & 1) }
    }

    /// Seconds on the air of a frame with `octets` octets of message at M chips per symbol.
    package static func frameSeconds(messageOctets octets: Int, chipsPerSymbol: Int, in profile: AirProfile) -> Double {
        let indicator = profile.r2dStartIndicator.reduce(0, +)
        let chips =
            profile.r2dClockAcquisition.count + 2 * bitCount(messageOctets: octets, in: profile)
            + profile.r2dPostambleChips
        return (indicator + Double(chips) / Double(max(chipsPerSymbol, 1))) / profile.r2dSymbolRateHz
    }
}
