/// JSON that is made piece by piece; names and texts are ours, so nothing needs an escape.
package struct TraceText: Sendable {
    package private(set) var octets: [UInt8] = []

    package init() { octets.reserveCapacity(2_048) }

    package mutating func add(_ text: String) { octets += text.utf8 }

    package mutating func add(_ number: Int64) {
        guard number >= 0 else {
            octets.append(UInt8(ascii: "-"))
            return addDigits(number.magnitude)
        }
        addDigits(number.magnitude)
    }

    package mutating func add(_ number: Int) { add(Int64(number)) }

    /// `text`, then a number or `null`.
    package mutating func add(_ text: String, _ number: Int64?) {
        add(text)
        if let number { add(number) } else { add("null") }
    }

    /// Nanoseconds as microseconds with three decimals.
    package mutating func addMicroseconds(_ nanoseconds: Int64) {
        if nanoseconds < 0 { octets.append(UInt8(ascii: "-")) }
        let (whole, part) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000)
        addDigits(whole)
        octets.append(UInt8(ascii: "."))
        for digit in [part / 100, part / 10 % 10, part % 10] { octets.append(UInt8(ascii: "0") + UInt8(digit)) }
    }

    private mutating func addDigits(_ number: UInt64) {
        let first = octets.count
        var rest = number
        repeat {
            octets.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        octets[first...].reverse()
    }
}
