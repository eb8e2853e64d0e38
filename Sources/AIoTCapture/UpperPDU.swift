/// Wireshark's Upper PDU, link type 252: tags (type, length, value; big-endian, padded to four), then the PDU.
enum UpperPDU {
    private static let end: UInt16 = 0
    private static let dissectorName: UInt16 = 12
    private static let ngap = Array("ngap".utf8)

    /// The tags before an NGAP PDU.
    static let ngapHeader: [UInt8] = [0, UInt8(dissectorName), 0, UInt8(ngap.count)] + ngap + [0, 0, 0, 0]

    /// The PDU behind the tags where they name the dissector `ngap`; otherwise `nil`.
    static func ngap(in octets: [UInt8]) -> [UInt8]? {
        let fields = PcapngFields(octets, isBigEndian: true)
        var isNGAP = false
        var place = 0
        while let tag = fields.half(at: place), let length = fields.half(at: place + 2).map(Int.init) {
            place += 4
            if tag == end { return isNGAP ? fields.part(from: place + length, to: fields.count).octets : nil }
            let name = fields.part(from: place, to: place + length).octets.prefix { $0 != 0 }
            if tag == dissectorName { isNGAP = Array(name) == ngap }
            place += length
        }
        return nil
    }
}
