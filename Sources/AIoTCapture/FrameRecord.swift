package import AIoTBase
package import AIoTMac

/// One frame of the air as a capture keeps it: 16 octets of what was measured, then the MAC message without CRC
/// (`spec/4 "Frames: pcapng"`).
package struct FrameRecord: Hashable, Sendable {
    package enum Direction: UInt8, Hashable, Sendable {
        case r2d = 0
        case d2r = 1
    }

    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let crcRight = Flags(rawValue: 1 << 0)
        package static let collisionSeen = Flags(rawValue: 1 << 1)
        package static let fec = Flags(rawValue: 1 << 2)
        package static let repetition = Flags(rawValue: 1 << 3)
        package static let midamble = Flags(rawValue: 1 << 4)
        /// The message is the bare random ID of Msg1 in CBRA.
        package static let bareRandomID = Flags(rawValue: 1 << 5)
    }

    package var direction: Direction
    package var flags: Flags
    /// M in R2D, the rate code in D2R.
    package var rate: UInt8
    /// Periods of the square wave per bit (R) in D2R, else 0.
    package var subcarrierPeriodsPerBit: UInt8
    package var transactionID: TransactionID
    /// 0...65,534; `nil` where the frame belongs to none.
    package var occasion: UInt16?
    /// Power of the modulated part relative to the carrier leak, 0.1 dB.
    package var relativePowerDeciDB: Int16
    /// SNR per bit, 0.1 dB.
    package var snrDeciDB: Int16
    /// Clock error of the device, 10 ppm, positive = fast.
    package var clockErrorTenPPM: Int16
    package var carrierOffsetHz: Int16
    /// The MAC message, D2R padding to the transport block included.
    package var message: [UInt8]

    package init(
        direction: Direction, flags: Flags, rate: UInt8, subcarrierPeriodsPerBit: UInt8 = 0,
        transactionID: TransactionID, occasion: UInt16? = nil, relativePowerDeciDB: Int16 = 0, snrDeciDB: Int16 = 0,
        clockErrorTenPPM: Int16 = 0, carrierOffsetHz: Int16 = 0, message: [UInt8]
    ) {
        self.direction = direction
        self.flags = flags
        self.rate = rate
        self.subcarrierPeriodsPerBit = subcarrierPeriodsPerBit
        self.transactionID = transactionID
        self.occasion = occasion
        self.relativePowerDeciDB = relativePowerDeciDB
        self.snrDeciDB = snrDeciDB
        self.clockErrorTenPPM = clockErrorTenPPM
        self.carrierOffsetHz = carrierOffsetHz
        self.message = message
    }

    /// A measured value in the steps of a field; what does not fit saturates, and NaN becomes 0.
    package static func field(_ value: Double, steps: Double) -> Int16 {
        let scaled = (value / steps).rounded()
        guard !scaled.isNaN else { return 0 }
        return Int16(min(max(scaled, Double(Int16.min)), Double(Int16.max)))
    }
}

// MARK: - Octets

extension FrameRecord {
    package static let headerOctets = 16
    private static let version: UInt8 = 1
    private static let noOccasion: UInt16 = 0xFFFF

    package init(decoding octets: [UInt8]) throws(FrameRecordError) {
        guard octets.count >= Self.headerOctets else { throw .truncated(octets.count) }
        guard octets[0] == Self.version else { throw .unknownVersion(octets[0]) }
        guard let direction = Direction(rawValue: octets[1]) else { throw .unknownDirection(octets[1]) }
        guard octets[5] < 16 else { throw .transactionID(octets[5]) }
        func word(_ place: Int) -> UInt16 { UInt16(octets[place]) << 8 | UInt16(octets[place + 1]) }
        self.init(
            direction: direction, flags: Flags(rawValue: octets[2]), rate: octets[3],
            subcarrierPeriodsPerBit: octets[4], transactionID: TransactionID(octets[5]),
            occasion: word(6) == Self.noOccasion ? nil : word(6), relativePowerDeciDB: Int16(bitPattern: word(8)),
            snrDeciDB: Int16(bitPattern: word(10)), clockErrorTenPPM: Int16(bitPattern: word(12)),
            carrierOffsetHz: Int16(bitPattern: word(14)), message: Array(octets[Self.headerOctets...]))
    }

    package func encoded() -> [UInt8] {
        var octets = [
            Self.version, direction.rawValue, flags.rawValue, rate, subcarrierPeriodsPerBit, transactionID.value,
        ]
        octets += bigEndianOctets(occasion ?? Self.noOccasion)
        for value in [relativePowerDeciDB, snrDeciDB, clockErrorTenPPM, carrierOffsetHz] {
            octets += bigEndianOctets(UInt16(bitPattern: value))
        }
        return octets + message
    }
}

// MARK: - The message

extension FrameRecord {
    /// A MAC message of either direction.
    package enum Message: Hashable, Sendable {
        case r2d(R2DMessage)
        case d2r(D2RMessage)
    }

    package func decodedMessage() throws(MACDecodingError) -> Message {
        switch direction {
        case .r2d: .r2d(try R2DMessage(decoding: message))
        case .d2r: .d2r(try D2RMessage(decoding: message, isMsg1OfCBRA: flags.contains(.bareRandomID)))
        }
    }
}

/// Why the octets of a packet are no frame of the air.
package enum FrameRecordError: Error, Hashable, Sendable {
    case truncated(Int)
    case unknownVersion(UInt8)
    case unknownDirection(UInt8)
    case transactionID(UInt8)
}

extension FrameRecordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let count): "\(count) octets: a frame has a header of \(FrameRecord.headerOctets)"
        case .unknownVersion(let version): "frame header version \(version): only 1 is read"
        case .unknownDirection(let direction): "direction \(direction): 0 is R2D and 1 is D2R"
        case .transactionID(let id): "transaction ID \(id): it is 0 to 15"
        }
    }
}
