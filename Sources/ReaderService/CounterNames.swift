/// The counters that a health rule may name, with their labels: what `ReaderMetrics` counts, known without it so that a
/// configuration can be checked.
package enum CounterNames {
    /// A counter and the values of its one label; no values: whatever the configuration names, as links.
    package struct Entry: Sendable {
        package var name: String
        package var label: String?
        package var values: [String] = []
    }

    package static let all: [Entry] = [
        Entry(name: "aiot_reader_occasions_total", label: "outcome", values: ["idle", "single", "collided"]),
        Entry(name: "aiot_reader_rounds_total"),
        Entry(name: "aiot_reader_inventories_total", label: "end", values: inventoryEnds),
        Entry(name: "aiot_reader_r2d_frames_total", label: "fate", values: ["sent", "heard", "not_heard"]),
        Entry(name: "aiot_reader_d2r_bursts_total", label: "fate", values: ["decoded", "undecodable", "absent"]),
        Entry(name: "aiot_reader_exchanges_opened_total"),
        Entry(name: "aiot_reader_exchanges_closed_total", label: "reason", values: closeReasons),
        Entry(name: "aiot_reader_acknowledged_devices_total"),
        Entry(name: "aiot_reader_late_answers_total"),
        Entry(name: "aiot_reader_dropped_total", label: "reason", values: dropReasons),
        Entry(name: "aiot_reader_carrier_lost_total"),
        Entry(name: "aiot_reader_carrier_on_seconds_total"),
        Entry(name: "aiot_reader_forced_pauses_total"),
        Entry(name: "aiot_reader_channel_busy_total"),
        Entry(name: "aiot_reader_air_waited_seconds_total"),
        Entry(name: "aiot_reader_link_failures_total", label: "link"),
        Entry(name: "aiot_reader_spool_turned_away_total"),
        Entry(name: "aiot_reader_radio_losses_total", label: "kind", values: radioLosses),
        Entry(name: "aiot_reader_radio_lost_samples_total"),
        Entry(name: "aiot_reader_radio_restarts_total", label: "kind", values: ["start", "reset", "opening"]),
    ]

    package static let inventoryEnds = ["complete", "released", "linkLost", "carrierLost", "radioLost", "stopped"]
    package static let closeReasons = [
        "noAnswer", "budgetExceeded", "carrierLost", "released", "notRelayed", "superseded",
    ]
    package static let dropReasons = [
        "undecodableNGAP", "unexpectedNGAP", "lateCommand", "unknownDevice", "undecodableMAC", "equalRandomIDs",
        "noASIDLeft", "notRelayed", "unencodable",
    ]
    package static let radioLosses = ["not_heard", "receive_gap", "transmit_underrun", "jump", "stall"]
}

/// A counter as a health rule names it: `NAME`, or `NAME{LABEL="VALUE"}`.
package struct CounterSelector: Hashable, Sendable {
    package var name: String
    /// nil: all series of the counter together.
    package var label: String?
    package var value: String?

    /// Why a text is no counter, and what to write.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    package init(_ text: String) throws(Problem) {
        let parts = text.split(separator: "{", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts[0]).trimmed
        guard let entry = CounterNames.all.first(where: { $0.name == name }) else {
            throw Problem(
                description: "\(name) is no counter: write one of "
                    + CounterNames.all.map(\.name).joined(separator: ", "))
        }
        guard parts.count == 2 else { return }
        let inner = String(parts[1]).trimmed
        let sides = inner.dropLast().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let quoted = sides.count == 2 ? String(sides[1]).trimmed : ""
        guard inner.hasSuffix("}"), quoted.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\"") else {
            throw Problem(description: "write the label as in \(entry.example)")
        }
        let label = String(sides[0]).trimmed
        guard label == entry.label else {
            throw Problem(description: "\(name) has no label \(label): write \(entry.example)")
        }
        let value = String(quoted.dropFirst().dropLast())
        guard entry.values.isEmpty || entry.values.contains(value) else {
            throw Problem(
                description: "\(label) of \(name) is never \(value): write one of "
                    + entry.values.joined(separator: ", "))
        }
        self.label = label
        self.value = value
    }
}

extension CounterNames.Entry {
    fileprivate var example: String {
        label.map { "\(name){\($0)=\"\(values.first ?? "NAME")\"}" } ?? name
    }
}

extension String {
    fileprivate var trimmed: String {
        let kept = drop { $0 == " " }
        return String(kept.reversed().drop { $0 == " " }.reversed())
    }
}
