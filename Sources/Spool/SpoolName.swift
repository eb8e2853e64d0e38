/// The names of the files in the folder of a spool.
enum SpoolName {
    static let lock = "lock"
    /// The last file in which damage was found, for whoever wants to look into it.
    static let damaged = "damaged"
    /// What the tools of a file system make at its root.
    static let foreign: Set<String> = [".", "..", "lost+found"]

    static func segment(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".spool"
    }

    static func unfinished(_ number: UInt64) -> String {
        segment(number) + ".new"
    }

    /// The number in the name of a segment, finished or not; nil when `name` is no such name.
    static func number(of name: String) -> UInt64? {
        guard let number = UInt64(name.prefix(16), radix: 16), (1..<SpoolFormat.numberLimit).contains(number),
            name == segment(number) || name == unfinished(number)
        else { return nil }
        return number
    }

    static func isUnfinished(_ name: String) -> Bool {
        name.hasSuffix(".new")
    }

    /// Whether a spool makes files of that name.
    static func isOurs(_ name: String) -> Bool {
        name == lock || name == damaged || number(of: name) != nil
    }
}
