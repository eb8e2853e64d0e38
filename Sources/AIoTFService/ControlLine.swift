import AIoTBase
package import AIoTF
import AIoTSecurity

/// One JSON object that a control client is told (docs/aiotf.md "The control socket").
package struct ControlLine: Hashable, Sendable {
    /// Without its line end.
    package let text: String

    private init(_ type: String, _ fields: [(name: String, json: String)]) {
        let parts = [("type", Self.quoted(type))] + fields
        text = "{" + parts.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    /// The number under which results are found later.
    static func order(_ id: UInt64) -> Self { Self("order", [("order", "\(id)")]) }

    package static func error(_ text: String) -> Self { Self("error", [("error", quoted(text))]) }

    /// The same may be taken later.
    static func busy(_ text: String) -> Self { Self("error", [("error", quoted(text)), ("retry", "true")]) }

    package static func device(_ result: DeviceResult, order: UInt64) -> Self {
        var fields = [
            ("order", "\(order)"), ("deviceID", quoted(Hex.encoded(result.deviceID))),
            ("authenticated", "\(result.authenticated)"),
        ]
        switch result.command {
        case .response(let response)?:
            fields.append(("commandStatus", quoted("\(response.status)")))
            fields.append(("commandData", quoted(Hex.encoded(response.data))))
        case .failed?: fields += [("commandStatus", quoted("failed")), ("commandData", "null")]
        case nil: break
        }
        return Self("device", fields)
    }

    /// `missingIDs` names the first 1,000 of those that are missing.
    package static func summary(
        order: UInt64, devices: Int, missing: [[UInt8]], requests: Int, failures: [ReaderFailure]
    ) -> Self {
        let ids = missing.prefix(1_000).map { quoted(Hex.encoded($0)) }.joined(separator: ",")
        return Self(
            "summary",
            [
                ("order", "\(order)"), ("devices", "\(devices)"), ("missing", "\(missing.count)"),
                ("requests", "\(requests)"), ("missingIDs", "[\(ids)]"),
                ("failures", "[" + failures.map(json).joined(separator: ",") + "]"),
            ])
    }

    private static func json(_ reader: ReaderFailure) -> String {
        let name = reader.name.map(quoted) ?? "null"
        return "{\"gnbID\":\(reader.gnbID),\"name\":\(name),\"cause\":\(quoted(reader.cause))}"
    }

    /// Of an order that goes on.
    package static func unfinished(order: UInt64, devices: Int) -> Self {
        Self("unfinished", [("order", "\(order)"), ("devices", "\(devices)")])
    }

    static func cancelled(order: UInt64) -> Self { Self("cancelled", [("order", "\(order)")]) }

    static func reader(_ reader: ReaderDescription) -> Self {
        Self(
            "reader",
            [
                ("gnbID", reader.gnbID.map { "\($0)" } ?? "null"), ("name", reader.name.map(quoted) ?? "null"),
                ("areas", "[" + reader.areas.map { quoted(Hex.encoded($0)) }.joined(separator: ",") + "]"),
                ("peer", quoted(reader.peer)),
            ])
    }

    /// The end of a list of readers, and how many messages were not taken for which reason since the AIoTF has started.
    static func readers(_ count: Int, rejected: [RejectReason: Int]) -> Self {
        let reasons = rejected.map { "\(quoted($0.key.rawValue)):\($0.value)" }.sorted().joined(separator: ",")
        return Self("summary", [("readers", "\(count)"), ("rejected", "{\(reasons)}")])
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                result += "\\u00" + Hex.encoded([UInt8(truncatingIfNeeded: scalar.value)])
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// A connected reader as `aiotf readers` shows it.
struct ReaderDescription: Sendable {
    var peer: String
    /// What its NG Setup Request says, once that has come.
    var gnbID: UInt32?
    var name: String?
    var areas: [[UInt8]] = []
}
