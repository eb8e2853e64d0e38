import Glibc

/// `value` with so many digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "-" }
    let scale = pow(10, Double(digits))
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let text = String(repeating: "0", count: max(digits + 1 - String(whole).count, 0)) + String(whole)
    return sign + text.dropLast(digits) + "." + text.suffix(digits)
}

/// Writes a line at once, so that a long run can be watched.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
