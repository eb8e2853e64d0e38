/// Octets of a block with the byte order of its section; what lies outside is `nil`.
struct PcapngFields {
    let octets: [UInt8]
    private let isBigEndian: Bool

    init(_ octets: [UInt8], isBigEndian: Bool) {
        self.octets = octets
        self.isBigEndian = isBigEndian
    }

    var count: Int { octets.count }
    var first: UInt8? { octets.first }

    func half(at place: Int) -> UInt16? { number(at: place, octets: 2).map { UInt16($0) } }
    func word(at place: Int) -> UInt32? { number(at: place, octets: 4).map { UInt32($0) } }
    func long(at place: Int) -> UInt64? { number(at: place, octets: 8) }

    /// The octets from `start` up to `end`, as far as they are there.
    func part(from start: Int, to end: Int) -> PcapngFields {
        let from = min(max(start, 0), count)
        return PcapngFields(Array(octets[from..<min(max(end, from), count)]), isBigEndian: isBigEndian)
    }

    /// The options that begin at `start`; a list that breaks off ends there, as nothing needed is in it.
    func options(from start: Int) -> [(code: UInt16, value: PcapngFields)] {
        var options: [(code: UInt16, value: PcapngFields)] = []
        var place = start
        while let code = half(at: place), code != Pcapng.Option.end, let length = half(at: place + 2).map(Int.init) {
            guard length <= count - place - 4 else { break }
            options.append((code, part(from: place + 4, to: place + 4 + length)))
            place += 4 + (length + 3) / 4 * 4
        }
        return options
    }

    private func number(at place: Int, octets width: Int) -> UInt64? {
        guard place >= 0, width <= count - place else { return nil }
        let field = octets[place..<place + width]
        return isBigEndian
            ? field.reduce(0) { $0 << 8 | UInt64($1) } : field.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What a section says about one of its interfaces.
struct PcapngInterface: Sendable {
    var linkType: UInt16
    /// `if_tsresol`: a negative power of 10, or of 2 when its top bit is set; microseconds unless given.
    var resolution: UInt8 = 6
    /// `if_tsoffset`.
    var offsetSeconds: Int64 = 0

    init(linkType: UInt16) {
        self.linkType = linkType
    }

    /// Ticks of this interface as nanoseconds since 1970; what does not fit into 64 bits saturates.
    func unixNanoseconds(of ticks: UInt64) -> UInt64 {
        let offset = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !offset.overflow else { return offsetSeconds < 0 ? 0 : .max }
        let (sum, overflow) = nanoseconds(of: ticks).addingReportingOverflow(offset.partialValue.magnitude)
        if offset.partialValue >= 0 { return overflow ? .max : sum }
        let start = nanoseconds(of: ticks)
        return start > offset.partialValue.magnitude ? start - offset.partialValue.magnitude : 0
    }

    private func nanoseconds(of ticks: UInt64) -> UInt64 {
        let exponent = UInt64(resolution & 0x7F)
        if resolution & 0x80 != 0 {
            guard exponent < 64 else { return 0 }
            let product = ticks.multipliedFullWidth(by: 1_000_000_000)
            let whole = product.high >> exponent
            guard whole == 0 else { return .max }
            return exponent == 0 ? product.low : product.high << (64 - exponent) | product.low >> exponent
        }
        if exponent <= 9 {
            let (product, overflow) = ticks.multipliedReportingOverflow(by: power(9 - exponent))
            return overflow ? .max : product
        }
        return exponent - 9 < 20 ? ticks / power(exponent - 9) : 0
    }

    /// Ten to the power of `exponent`, below 20.
    private func power(_ exponent: UInt64) -> UInt64 {
        (0..<exponent).reduce(1) { product, _ in product * 10 }
    }

    /// What a packet of this interface is.
    func content(of octets: [UInt8]) -> CapturedPacket.Content {
        switch linkType {
        case LinkType.frames:
            if let frame = try? FrameRecord(decoding: octets) { return .frame(frame) }
        case LinkType.bareNGAP:
            return .ngap(octets)
        case LinkType.upperPDU:
            if let pdu = UpperPDU.ngap(in: octets) { return .ngap(pdu) }
        default: break
        }
        return .other(linkType: linkType, octets: octets)
    }
}
