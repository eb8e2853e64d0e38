package import AIoTBase

/// From a D2R message to the bits of its burst and back (`spec/2 "Coding"`).
package enum D2RCoding {
    /// What the soft values of a burst say.
    package struct Decoded: Hashable, Sendable {
        /// The D2R message, padding included.
        package var octets: [UInt8]
        package var crcRight: Bool
    }

    /// What a channel bit of a burst is.
    enum ChannelBit: Hashable {
        /// Part of the preamble or a midamble, known beforehand.
        case known(UInt8)
        /// The coded bit of this index, repetition counted.
        case coded(Int)
    }

    /// All channel bits of the burst that carries `message`: preamble, coded bits, midambles.
    /// - Parameter crcRight: false: the last bit of the CRC is inverted, for tests of receivers.
    package static func burstBits(
        of message: [UInt8], format: D2RBurstFormat, crcRight: Bool = true, in profile: AirProfile
    ) throws(AirCodingError) -> [UInt8] {
        guard !message.isEmpty else { throw .emptyMessage }
        guard message.count == format.transportBlockOctets else {
            throw .messageLength(octets: message.count, limit: format.transportBlockOctets)
        }
        let coded = codedBits(of: message, format: format, crcRight: crcRight, in: profile)
        return layout(of: format, in: profile).map { bit in
            switch bit {
            case .known(let value): value
            case .coded(let index): coded[index]
            }
        }
    }

    /// The message that `soft` values speak for: one per coded bit, midambles left out, positive for 0.
    ///
    /// The values of repeated bits are added, so a louder copy counts for more. Values that are missing count as zero.
    package static func decoded(_ soft: [Float], format: D2RBurstFormat, in profile: AirProfile) -> Decoded {
        let information = format.informationBits(in: profile)
        let block = information * (format.fec ? profile.fecGenerators.count : 1)
        var combined = [Float](repeating: 0, count: block)
        for (index, value) in soft.prefix(format.codedBits(in: profile)).enumerated() {
            combined[index % block] += value
        }
        let bits =
            format.fec
            ? TailBitingDecoder(ConvolutionalCode(of: profile)).decoded(combined)
            : combined.map { $0 < 0 ? 1 : 0 }
        let messageBits = format.transportBlockOctets * 8
        let crc = profile.crc(forInformationBits: messageBits)
        let crcRight = bits.count == information && crc.remainder(of: bits) == 0
        return Decoded(octets: Bits.packed(bits.prefix(messageBits)), crcRight: crcRight)
    }

    /// The message in the channel bits of a whole burst; `nil` when their number, the preamble or a midamble is wrong.
    package static func decoded(burstBits bits: [UInt8], format: D2RBurstFormat, in profile: AirProfile) -> Decoded? {
        let layout = layout(of: format, in: profile)
        guard bits.count == layout.count else { return nil }
        var soft: [Float] = []
        for (bit, place) in zip(bits, layout) {
            switch place {
            case .known(let value): guard bit == value else { return nil }
            case .coded: soft.append(bit == 0 ? 1 : -1)
            }
        }
        return decoded(soft, format: format, in: profile)
    }

    /// The block after CRC, convolutional code and repetition.
    package static func codedBits(
        of message: [UInt8], format: D2RBurstFormat, crcRight: Bool = true, in profile: AirProfile
    ) -> [UInt8] {
        let bits = Bits.unpacked(message)
        var information = bits + profile.crc(forInformationBits: bits.count).checkBits(of: bits)
        if !crcRight { information[information.count - 1] ^= 1 }
        let coded = format.fec ? ConvolutionalCode(of: profile).encoded(information) : information
        return format.repetition ? coded + coded : coded
    }

    /// The channel bits of a burst in order.
    static func layout(of format: D2RBurstFormat, in profile: AirProfile) -> [ChannelBit] {
        var bits = profile.d2rPreamble.map { ChannelBit.known($0) }
        bits.reserveCapacity(max(format.channelBits(in: profile), 0))
        for index in 0..<max(format.codedBits(in: profile), 0) {
            if format.midamble, index > 0, index.isMultiple(of: max(profile.d2rMidambleSpacing, 1)) {
                bits += profile.d2rMidamble.map { .known($0) }
            }
            bits.append(.coded(index))
        }
        return bits
    }
}
