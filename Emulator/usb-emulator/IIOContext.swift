/// The devices of a Pluto as the IIO daemon shows them: what can be read and written, and what it is now.
struct IIOContext {
    let serial: String
    let devices: [IIODevice]
    /// By the name that its attribute is kept under.
    private var values: [String: String] = [:]

    /// Wrong firmware has no transmitter, old firmware no registers.
    init(serial: String, _ firmware: Firmware) {
        self.serial = serial
        var devices = [IIODevice.phy, .receiver]
        if firmware != .wrong { devices.append(.transmitter) }
        if firmware == .old { for index in devices.indices { devices[index].debugAttributes = [] } }
        self.devices = devices
        for attribute in devices.flatMap(\.allAttributes) { values[attribute.key] = attribute.initial }
    }

    subscript(key: String) -> String? { values[key] }

    func device(_ name: Substring) -> IIODevice? { devices.first { $0.name == name || $0.id == name } }

    func value(of attribute: IIOAttribute) -> String { values[attribute.key] ?? attribute.initial }

    /// - Returns: 0, or a negative errno.
    mutating func write(_ text: String, to attribute: IIOAttribute) -> Int {
        guard let check = attribute.check else { return -13 }
        guard let value = check(text, values) else { return -22 }
        values[attribute.key] = value
        return 0
    }

    /// What PRINT tells.
    var xml: String {
        let rows = [
            ("hw_model", "Analog Devices PlutoSDR Rev.B (Z7010-AD9363A)"), ("hw_model_variant", "0"),
            ("hw_serial", serial), ("fw_version", "v0.37"), ("ad9361-phy,model", "ad9363a"),
            ("local,kernel", "5.15.0-175882-ge14e351533f9"),
        ]
        let attributes = rows.map { "<context-attribute name=\"\($0)\" value=\"\($1)\" />" }
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + Self.documentType
            + "<context name=\"local\" version-major=\"0\" version-minor=\"24\" version-git=\"v0.24\" "
            + "description=\"Linux (none) 5.15.0 emulated armv7l\" >" + attributes.joined()
            + devices.map(\.xml).joined() + "</context>"
    }

    /// What the clients' parser checks the rest by.
    private static let documentType: String = {
        let elements = [
            ("context", "(device | context-attribute)*", "name version-major version-minor version-git description"),
            ("context-attribute", "EMPTY", "name value"),
            ("device", "(channel | attribute | debug-attribute | buffer-attribute)*", "id name label"),
            ("channel", "(scan-element?, attribute*)", "id name type label"),
            ("attribute", "EMPTY", "name filename"), ("scan-element", "EMPTY", "index format scale"),
            ("debug-attribute", "EMPTY", "name"), ("buffer-attribute", "EMPTY", "name"),
        ]
        let lines = elements.map { name, content, attributes in
            let list = attributes.split(separator: " ").map { " \($0) CDATA #IMPLIED" }.joined()
            return "<!ELEMENT \(name) \(content)><!ATTLIST \(name)\(list)>"
        }
        return "<!DOCTYPE context [\(lines.joined())]>"
    }()
}
