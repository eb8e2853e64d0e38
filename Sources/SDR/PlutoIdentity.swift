/// What a Pluto says of itself.
package struct PlutoIdentity: Hashable, Sendable {
    /// Of the IIO daemon: "0.24.v0.24".
    package var daemon: String
    /// "Analog Devices PlutoSDR Rev.C (Z7010-AD9363A)".
    package var model: String?
    /// Of the firmware: "v0.37".
    package var firmware: String?
    package var serial: String?
    /// Both streams have a register that says whether samples were lost.
    package var tellsLosses: Bool

    /// - Parameters:
    ///   - version: the answer to VERSION.
    ///   - description: the answer to PRINT, in XML, of which only these are read.
    init(version: String, description: String) {
        daemon = version.split(separator: " ").joined(separator: " ")
        model = Self.contextAttribute("hw_model", in: description)
        firmware = Self.contextAttribute("fw_version", in: description)
        tellsLosses = [PlutoSetup.receiver, PlutoSetup.transmitter].allSatisfy { device in
            guard let start = description.firstRange(of: "name=\"\(device)\"") else { return false }
            let rest = description[start.upperBound...]
            let end = rest.firstRange(of: "</device>")?.lowerBound ?? rest.endIndex
            return rest[..<end].contains("<debug-attribute name=\"\(PlutoLossWatch.register)\"")
        }
        serial = Self.contextAttribute("hw_serial", in: description)
    }

    private static func contextAttribute(_ name: String, in description: String) -> String? {
        guard let start = description.firstRange(of: "<context-attribute name=\"\(name)\" value=\"") else { return nil }
        let value = description[start.upperBound...].prefix { $0 != "\"" && $0 != "\n" }
        return value.isEmpty ? nil : String(value.prefix(100))
    }
}
