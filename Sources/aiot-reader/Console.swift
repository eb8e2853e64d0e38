import Foundation

/// Standard output and standard error; a reader that goes away (`| head`) ends the program quietly.
enum Console {
    /// Writes a line to standard output.
    static func print(_ line: String) {
        write(line + "\n", to: .standardOutput)
    }

    /// Writes text to standard output without a line end.
    static func printPart(_ text: String) {
        write(text, to: .standardOutput)
    }

    /// Writes a line to standard error.
    static func report(_ line: String) {
        write("aiot-reader: " + line + "\n", to: .standardError)
    }

    private static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.withoutControls.utf8))
        } catch {
            exit(0)
        }
    }
}

extension String {
    /// Names and serial numbers are what a USB device says they are: they must not command the terminal.
    fileprivate var withoutControls: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return self }
        let isHarmless = { (scalar: Unicode.Scalar) in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
        }
        guard !unicodeScalars.allSatisfy(isHarmless) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
    }

    /// Spaces behind it up to a width; what is longer stays whole.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
