/// Cuts what comes off a stream into frames: a 4-octet big-endian length, then a PDU (`spec/3 "Transports"`).
///
/// A length of 0 is a probe (*ours*, `docs/core-link.md`). Memory grows with the octets that have come, never with what
/// a length field promises.
package struct PDUFramer: Sendable {
    /// Octets of the longest PDU.
    package static let limit = 65_535
    /// Octets of the length in front of each PDU.
    package static let prefix = 4

    private var octets: [UInt8] = []
    private var start = 0
    private var failure: PDUFramingError?

    package init() {}

    /// Octets that wait for the rest of their frame, or to be taken.
    package var waitingOctets: Int { octets.count - start }

    /// Takes the next octets of the stream, in pieces of any size.
    package mutating func append(_ more: some Sequence<UInt8>) {
        guard failure == nil else { return }
        if start > 0 {
            octets.removeFirst(start)
            start = 0
        }
        octets += more
    }

    /// The next whole frame, empty for a probe; nil while the rest of it has not come.
    ///
    /// - Throws: `PDUFramingError` when the length is past the limit, from then on always: where the next frame would
    ///   begin is unknown, and the connection has to end.
    package mutating func next() throws(PDUFramingError) -> [UInt8]? {
        if let failure { throw failure }
        guard waitingOctets >= Self.prefix else { return nil }
        let length = octets[start..<start + Self.prefix].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else {
            let error = PDUFramingError.tooLong(length)
            failure = error
            octets = []
            start = 0
            throw error
        }
        guard waitingOctets - Self.prefix >= length else { return nil }
        let first = start + Self.prefix
        start = first + length
        return Array(octets[first..<start])
    }

    /// `pdu` behind its length; an empty one makes a probe, nil stands for one that is too long.
    package static func frame(_ pdu: [UInt8]) -> [UInt8]? {
        guard pdu.count <= limit else { return nil }
        return [0, 0, UInt8(truncatingIfNeeded: pdu.count >> 8), UInt8(truncatingIfNeeded: pdu.count)] + pdu
    }
}

/// Why a stream holds no frames.
package enum PDUFramingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Octets that the length field announces.
    case tooLong(Int)

    package var description: String {
        switch self {
        case .tooLong(let length):
            """
            a length of \(length) where \(PDUFramer.limit) is the most: the other side does not speak NGAP behind a \
            4-octet length; check which program listens at the address
            """
        }
    }
}
