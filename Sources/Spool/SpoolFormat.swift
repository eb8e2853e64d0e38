/// The octets of a segment, the one file of a spool (*ours*; version 1). All numbers are big-endian.
///
///     segment  = header frame*
///     header   = "AIoTSpol"  version (4)  segment number (8)  next sequence (8)  CRC-32C (4)
///     frame    = body length (4)  CRC-32C (4)  body
///     body     = 1  sequence (8)  owner length (1)  owner  payload        a record
///              | 2  (sequence (8))*                                       records removed
///
/// The CRC of the header is over the 28 octets before it, that of a frame over body length and body. Numbers are below
/// 2^63. Sequences of records rise strictly. A frame that breaks a rule is damage: it and all behind it is not read.
/// "Next sequence" keeps the numbers of records that were removed before the segment was made from being used again.
///
/// The file is called `<segment number in 16 hexadecimal digits>.spool`, and ends in `.spool.new` until it is complete.
/// Of several the one with the highest number and a sound header counts: it held all pending records when it got its name.
enum SpoolFormat {
    static let version: UInt32 = 1
    static let headerOctets = 32
    /// Numbers from here on are damage, so that counting on never overflows.
    static let numberLimit: UInt64 = 1 << 63
    static let frameHeaderOctets = 8
    /// Type, sequence, length of the owner.
    static let recordHeaderOctets = 10
    static let maximumBodyOctets =
        recordHeaderOctets + SpoolRecord.maximumOwnerOctets + SpoolRecord.maximumPayloadOctets
    /// Removals in one frame, so that its body is no longer than that of a record.
    static let removalsInFrame = 4_096

    private static let magic = Array("AIoTSpol".utf8)

    enum Body: Hashable {
        case record(SpoolRecord)
        case removed([UInt64])
    }

    struct Header: Hashable {
        var version = SpoolFormat.version
        var segment: UInt64
        var nextSequence: UInt64
    }

    static func encoded(_ header: Header) -> [UInt8] {
        let front = magic + header.version.octets + header.segment.octets + header.nextSequence.octets
        return front + CRC32C.check(front).octets
    }

    /// The header that `octets` begin with, nil when it is cut or damaged.
    static func header(of octets: [UInt8]) -> Header? {
        guard octets.count >= headerOctets, octets.starts(with: magic),
            UInt32(octets[28..<32]) == CRC32C.check(octets[..<28])
        else { return nil }
        let header = Header(
            version: UInt32(octets[8..<12]), segment: UInt64(octets[12..<20]), nextSequence: UInt64(octets[20..<28]))
        return header.nextSequence <= numberLimit ? header : nil
    }

    /// The frame of a record whose owner and payload are not too long.
    static func encoded(_ record: SpoolRecord) -> [UInt8] {
        frame(
            [1] + record.sequence.octets + [UInt8(truncatingIfNeeded: record.owner.count)] + record.owner
                + record.payload)
    }

    /// The record in a frame that is known to be sound.
    static func record(inFrame frame: [UInt8]) -> SpoolRecord? {
        guard case .record(let record) = decoded(frame.dropFirst(frameHeaderOctets)) else { return nil }
        return record
    }

    /// Frames that mark records as removed.
    static func encoded(removed sequences: [UInt64]) -> [UInt8] {
        stride(from: 0, to: sequences.count, by: removalsInFrame).flatMap { start in
            frame([2] + sequences[start...].prefix(removalsInFrame).flatMap(\.octets))
        }
    }

    private static func frame(_ body: [UInt8]) -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: body.count).octets
        return length + CRC32C.check([length, body].joined()).octets + body
    }

    /// The body of the frame at `offset` and the length of the frame, nil when it is cut or damaged.
    static func body(at offset: Int, of octets: [UInt8]) -> (body: Body, frameOctets: Int)? {
        guard octets.count - offset > frameHeaderOctets else { return nil }
        let lengthField = octets[offset..<offset + 4]
        let length = Int(UInt32(lengthField))
        let start = offset + frameHeaderOctets
        guard length <= maximumBodyOctets, length <= octets.count - start else { return nil }
        let body = octets[start..<start + length]
        guard UInt32(octets[offset + 4..<start]) == CRC32C.check([lengthField, body].joined()),
            let decoded = decoded(body)
        else { return nil }
        return (decoded, frameHeaderOctets + length)
    }

    private static func decoded(_ body: ArraySlice<UInt8>) -> Body? {
        let fields = body.dropFirst()
        switch body.first {
        case 1:
            guard body.count >= recordHeaderOctets else { return nil }
            let ownerLength = Int(fields[fields.startIndex + 8])
            let rest = fields.dropFirst(9)
            guard ownerLength <= rest.count, rest.count - ownerLength <= SpoolRecord.maximumPayloadOctets else {
                return nil
            }
            return .record(
                SpoolRecord(
                    sequence: UInt64(fields.prefix(8)), owner: Array(rest.prefix(ownerLength)),
                    payload: Array(rest.dropFirst(ownerLength))))
        case 2:
            guard fields.count.isMultiple(of: 8) else { return nil }
            return .removed(
                stride(from: fields.startIndex, to: fields.endIndex, by: 8).map { UInt64(fields[$0..<$0 + 8]) })
        default:
            return nil
        }
    }
}

extension FixedWidthInteger {
    /// The octets of the number, the highest first.
    fileprivate var octets: [UInt8] {
        withUnsafeBytes(of: bigEndian) { Array($0) }
    }

    /// The number that as many octets make as it has, the highest first.
    fileprivate init(_ octets: ArraySlice<UInt8>) {
        self = octets.reduce(0) { $0 << 8 | Self($1) }
    }
}
