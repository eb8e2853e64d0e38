/// Takes lines out of octets as they come.
struct LineReader: Sendable {
    /// A line was longer than it may be; nothing comes after it.
    struct TooLong: Error, Hashable {}

    /// Octets of a line at most, its end not counted.
    let limit: Int
    private var line: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// The lines that are complete now, without their ends.
    mutating func take(_ octets: some Sequence<UInt8>) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for octet in octets {
            if octet == UInt8(ascii: "\n") {
                lines.append(line)
                line = []
            } else {
                guard line.count < limit else { throw TooLong() }
                line.append(octet)
            }
        }
        return lines
    }

    /// Nothing more comes: whoever has said all may leave the last line end out.
    mutating func finish() -> [UInt8]? {
        defer { line = [] }
        return line.isEmpty ? nil : line
    }
}
