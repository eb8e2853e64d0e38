import AIoTBase
package import AIoTF
import AIoTSecurity
import ControlSocket

/// One JSON object that a control client is told (docs/aiotf.md "The control socket").
package struct ControlLine: Hashable, Sendable {
    /// Without its line end.
    package let text: String

    private init(_ line: JSONLine) { text = line.text }

    /// The number under which results are found later.
    static func order(_ id: UInt64) -> Self { Self(Self.line("order", order: id)) }

    package static func error(_ text: String) -> Self { Self(JSONLine.error(text)) }

    /// The same may be taken later.
    static func busy(_ text: String) -> Self { Self(JSONLine.busy(text)) }

    package static func device(_ result: DeviceResult, order: UInt64) -> Self {
        var line = Self.line("device", order: order)
        line.add("deviceID", Hex.encoded(result.deviceID))
        line.add("authenticated", result.authenticated)
        switch result.command {
        case .response(let response)?:
            line.add("commandStatus", "\(response.status)")
            line.add("commandData", Hex.encoded(response.data))
        case .failed?:
            line.add("commandStatus", "failed")
            line.add("commandData", String?.none)
        case nil: break
        }
        return Self(line)
    }

    /// `missingIDs` names the first 1,000 of those that are missing.
    package static func summary(
        order: UInt64, devices: Int, missing: [[UInt8]], requests: Int, failures: [ReaderFailure]
    ) -> Self {
        var line = Self.line("summary", order: order)
        line.add("devices", devices)
        line.add("missing", missing.count)
        line.add("requests", requests)
        line.add("missingIDs", missing.prefix(1_000).map { Hex.encoded($0) })
        line.add("failures", failures.map(json))
        return Self(line)
    }

    private static func json(_ reader: ReaderFailure) -> JSONLine {
        var line = JSONLine()
        line.add("gnbID", reader.gnbID)
        line.add("name", reader.name)
        line.add("cause", reader.cause)
        return line
    }

    /// Of an order that goes on.
    package static func unfinished(order: UInt64, devices: Int) -> Self {
        var line = Self.line("unfinished", order: order)
        line.add("devices", devices)
        return Self(line)
    }

    static func cancelled(order: UInt64) -> Self { Self(line("cancelled", order: order)) }

    static func reader(_ reader: ReaderDescription) -> Self {
        var line = JSONLine(type: "reader")
        line.add("gnbID", reader.gnbID)
        line.add("name", reader.name)
        line.add("areas", reader.areas.map { Hex.encoded($0) })
        line.add("peer", reader.peer)
        return Self(line)
    }

    /// The end of a list of readers, and how many messages were not taken for which reason since the AIoTF has started.
    static func readers(_ count: Int, rejected: [RejectReason: Int]) -> Self {
        var reasons = JSONLine()
        for (reason, count) in rejected.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            reasons.add(reason.rawValue, count)
        }
        var line = JSONLine(type: "summary")
        line.add("readers", count)
        line.add("rejected", reasons)
        return Self(line)
    }

    private static func line(_ type: String, order: UInt64) -> JSONLine {
        var line = JSONLine(type: type)
        line.add("order", order)
        return line
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
