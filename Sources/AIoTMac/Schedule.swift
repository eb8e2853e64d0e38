package import AIoTBase

/// `SCHED`: how and when a device sends its next D2R burst; 32 bits on the air (`spec/2 "R2D MAC messages"`).
package struct Schedule: Hashable, Sendable {
    /// Rate code, 0...7: 3,750 * 2^code bit/s.
    package var rateCode: UInt8
    /// Subcarrier code, 0...3: 2^code periods of the square wave per bit.
    package var subcarrierCode: UInt8
    /// Tail-biting convolutional code on.
    package var fec: Bool
    /// The coded block twice.
    package var repetition: Bool
    /// Midambles on.
    package var midamble: Bool
    /// Octets of the D2R message, padding included.
    package var transportBlockOctets: UInt8
    /// Further delay in units of 50 µs.
    package var startOffset: UInt16

    package init(
        rateCode: UInt8, subcarrierCode: UInt8, fec: Bool = false, repetition: Bool = false, midamble: Bool = false,
        transportBlockOctets: UInt8, startOffset: UInt16 = 0
    ) {
        self.rateCode = rateCode
        self.subcarrierCode = subcarrierCode
        self.fec = fec
        self.repetition = repetition
        self.midamble = midamble
        self.transportBlockOctets = transportBlockOctets
        self.startOffset = startOffset
    }

    init(from reader: inout BitReader) throws(MACDecodingError) {
        rateCode = try UInt8(reader.field(3))
        subcarrierCode = try UInt8(reader.field(2))
        fec = try reader.field(1) == 1
        repetition = try reader.field(1) == 1
        midamble = try reader.field(1) == 1
        transportBlockOctets = try UInt8(reader.field(8))
        startOffset = try UInt16(reader.field(16))
    }

    func write(to writer: inout BitWriter) {
        writer.write(UInt64(rateCode), 3)
        writer.write(UInt64(subcarrierCode), 2)
        writer.write(fec)
        writer.write(repetition)
        writer.write(midamble)
        writer.write(UInt64(transportBlockOctets), 8)
        writer.write(UInt64(startOffset), 16)
    }
}

extension Schedule {
    /// The shape of the burst that this schedule asks for at a frequency position, 0...7.
    package func burstFormat(frequencyPosition: Int = 0) -> D2RBurstFormat {
        let exponent = Int(subcarrierCode & 3) + min(max(frequencyPosition, 0), 7)
        return D2RBurstFormat(
            rateCode: Int(rateCode & 7), subcarrierPeriods: 1 << exponent, fec: fec, repetition: repetition,
            midamble: midamble, transportBlockOctets: Int(transportBlockOctets))
    }
}

extension BitReader {
    /// A field of `width` bits, at most 16 wide in the MAC messages.
    mutating func field(_ width: Int) throws(MACDecodingError) -> UInt64 {
        guard let value = read(width) else { throw .truncated }
        return value
    }

    /// An octet count followed by as many octets.
    mutating func countedOctets() throws(MACDecodingError) -> [UInt8] {
        guard let octets = readOctets(Int(try field(8))) else { throw .truncated }
        return octets
    }
}

extension BitWriter {
    /// An octet count followed by the octets; more than 255 do not fit.
    mutating func write(counted octets: [UInt8]) throws(MACEncodingError) {
        guard octets.count <= 255 else { throw .sduTooLong(octets.count) }
        write(UInt64(octets.count), 8)
        write(octets: octets)
    }
}
