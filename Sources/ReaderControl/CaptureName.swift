/// The name of a capture as a client gives it: no way out of the folder that the configuration names.
package struct CaptureName: Hashable, Sendable {
    package let text: String

    /// *Ours*: room for endings and numbers in the 255 octets of a file name.
    package static let longest = 100

    /// Takes 1 to 100 letters (ASCII), digits, dashes, dots and underscores, the first a letter or digit.
    package init?(_ text: String) {
        let plain = { (octet: UInt8) in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        let marks = Set("-._".utf8)
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.first.map(plain) == true,
            text.utf8.allSatisfy({ plain($0) || marks.contains($0) })
        else { return nil }
        self.text = text
    }

    /// What to do about a name that is none.
    package static let remedy =
        "a capture's name is 1 to \(longest) letters, digits, dashes, dots and underscores, and begins with a letter or "
        + "digit; the folder is the configuration's (record.folder)"
}
