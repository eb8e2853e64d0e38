/// A decimal number of the IIO protocol as its octets come in: a line of its own, negative for -errno.
struct IIONumber: Hashable, Sendable {
    private var magnitude = 0
    private var digits = 0
    private var isNegative = false
    private var emptyLines = 0

    /// Takes the next octet.
    /// - Returns: the number, when the line is at its end.
    mutating func take(_ octet: UInt8) throws(IIOFailure) -> Int? {
        switch octet {
        // An empty line may be left from the answer before.
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            guard digits > 0 else {
                emptyLines += 1
                guard !isNegative, emptyLines <= 16 else { throw .noNumber }
                return nil
            }
            return octet == UInt8(ascii: "\n") ? (isNegative ? -magnitude : magnitude) : nil
        case UInt8(ascii: "-") where digits == 0 && !isNegative:
            isNegative = true
        case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 10:
            magnitude = magnitude * 10 + Int(octet - UInt8(ascii: "0"))
            digits += 1
        default: throw .noNumber
        }
        return nil
    }
}
