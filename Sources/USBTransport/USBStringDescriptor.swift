/// Strings as devices give them (USB 2.0, 9.6.7): UTF-16LE behind two octets, length and type 3.
enum USBStringDescriptor {
    /// GET_DESCRIPTOR of string `index`; index 0 gives the languages.
    static func request(index: UInt8, language: UInt16) -> USBSetup {
        USBSetup(requestType: 0x80, request: 6, value: 0x0300 | UInt16(index), index: language)
    }

    /// The first language of string 0.
    static func language(_ octets: [UInt8]) -> UInt16? { units(octets)?.first }

    /// The text without what does not print; nil where it is no string, or nothing of it is left.
    static func text(_ octets: [UInt8]) -> String? {
        guard let units = units(octets) else { return nil }
        let scalars = String(decoding: units, as: UTF16.self).unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        let text = String(String.UnicodeScalarView(scalars))
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private static func units(_ octets: [UInt8]) -> [UInt16]? {
        guard octets.count >= 2, octets[1] == 3 else { return nil }
        let content = octets[2..<max(2, min(octets.count, Int(octets[0])))]
        return stride(from: content.startIndex, to: content.endIndex - content.count % 2, by: 2).map {
            UInt16(content[$0]) | UInt16(content[$0 + 1]) << 8
        }
    }
}
