/// An attribute of the IIO daemon: a line of text, checked when it is written.
struct IIOAttribute {
    /// What its value is kept under; two attributes may share one.
    let key: String
    let name: String
    let initial: String
    /// What a written text makes of it, given all values; nil: it is refused. No check: it cannot be written.
    var check: (@Sendable (String, [String: String]) -> String?)?

    static func fixed(_ key: String, _ name: String, _ value: String) -> Self {
        Self(key: key, name: name, initial: value)
    }

    static func choice(_ key: String, _ name: String, _ choices: [String], _ initial: String) -> Self {
        Self(key: key, name: name, initial: initial) { text, _ in choices.contains(text) ? text : nil }
    }

    static func range(_ key: String, _ name: String, _ range: ClosedRange<Int>, _ initial: String) -> Self {
        Self(key: key, name: name, initial: initial) { text, _ in
            Int(text).flatMap { range.contains($0) ? String($0) : nil }
        }
    }

    /// A gain in quarters of a dB; that of the receiver can be set in manual mode only.
    static func gain(_ key: String, _ range: ClosedRange<Double>, needsManual: Bool, _ initial: String) -> Self {
        Self(key: key, name: "hardwaregain", initial: initial) { text, values in
            guard !needsManual || values["phy.receive.mode"] == "manual" else { return nil }
            guard let gain = text.split(separator: " ").first.flatMap({ Double($0) }), range.contains(gain) else {
                return nil
            }
            let thousandths = Int((gain * 4).rounded()) * 250
            let (whole, part) = abs(thousandths).quotientAndRemainder(dividingBy: 1_000)
            return "\(thousandths < 0 ? "-" : "")\(whole).\(part == 0 ? "000" : "\(part)")000 dB"
        }
    }

    /// The rate of the converters: without a filter loaded it is 25/12 MS/s at least.
    static func rate(_ key: String) -> Self { range(key, "sampling_frequency", 2_083_333...61_440_000, "30720000") }

    /// The rate of a stream: that of the converters, or an eighth of it.
    static func fabricRate(_ key: String) -> Self {
        Self(key: key, name: "sampling_frequency", initial: "30720000") { text, values in
            guard let rate = Int(text), let converters = values["phy.rate"].flatMap({ Int($0) }) else { return nil }
            return [converters, converters / 8].contains(rate) ? text : nil
        }
    }

    /// Registers of a stream: an address is written and then read, or written with a value.
    static func register(_ key: String) -> Self {
        Self(key: key, name: "direct_reg_access", initial: "0x0") { text, _ in text }
    }
}
