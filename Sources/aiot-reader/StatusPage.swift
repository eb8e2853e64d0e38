import LogOutput

/// The status of a daemon for people.
struct StatusPage {
    private let fields: Fields
    private(set) var lines: [String] = []

    /// - Parameter object: `status` of docs/control.md.
    init(_ object: [String: Any]) {
        fields = Fields(object)
        addTop()
        addFrontEnd()
        for link in fields.list("links") { addLink(link) }
        addInventories()
        addCounters()
        addTroubles()
    }

    private mutating func add(_ name: String, _ text: String) { lines.append(name.padded(to: 13) + text) }

    private mutating func addTop() {
        var state = "serving"
        if fields.is("draining") { state = "draining: no new inventories are taken" }
        if fields.is("stopping") { state = "stopping" }
        add("reader", "\(state), version \(fields.text("version")), process \(fields.number("pid"))")
        let configuration = fields.object("configuration")
        add("up", "\(Self.duration(fields.seconds("uptimeSeconds"))) at \(fields.text("time"))")
        add("configured", "\(configuration.text("file")), loaded \(configuration.text("loaded"))")
        for rule in fields.texts("degraded") { add("degraded", "by the health rule \(rule)") }
    }

    private mutating func addFrontEnd() {
        let frontEnd = fields.object("frontEnd")
        let carrier = frontEnd.is("carrier") ? "on" : "off"
        add("front end", "\(frontEnd.text("name")): \(frontEnd.text("state")), carrier \(carrier)")
        if frontEnd.text("state") != "ready" { add("", frontEnd.text("why")) }
        let radio = fields.object("radio")
        let losses = ["receiveGaps", "lostSamples", "transmitUnderruns", "jumps", "stalls", "resets", "framesNotHeard"]
        let texts = losses.filter { radio.number($0) > 0 }.map { "\($0) \(radio.number($0))" }
        if !texts.isEmpty { add("", "since the start: " + texts.joined(separator: ", ")) }
        if let capture = fields.optional("capture") { add("capture", capture.text("name")) }
    }

    private mutating func addLink(_ link: Fields) {
        let place = [link.text("endpoint")].filter { !$0.isEmpty } + link.texts("endpoints")
        let aiotf = link.text("aiotfID").isEmpty ? "" : ", AIoTF \(link.text("aiotfID"))"
        add("link", "\(link.text("name")): \(link.text("state")), \(place.first ?? "")\(aiotf)")
    }

    private mutating func addInventories() {
        let spool = fields.object("spool")
        add(
            "spool",
            "\(spool.number("records")) messages wait, \(spool.number("octets")) of \(spool.number("limitOctets")) octets"
                + (spool.number("turnedAway") > 0 ? ", \(spool.number("turnedAway")) turned away" : ""))
        let open = fields.list("inventories")
        add("inventories", "\(fields.number("openInventories")) open")
        for inventory in open {
            add(
                "",
                "\(inventory.number("inventory")): round \(inventory.number("rounds")), "
                    + "\(inventory.number("acknowledged")) acknowledged, since \(inventory.text("since"))")
        }
    }

    private mutating func addCounters() {
        let counters = fields.object("counters")
        add(
            "so far",
            "\(counters.number("acknowledged")) acknowledged, \(counters.number("nacked")) refused, in "
                + "\(counters.number("rounds")) rounds; occasions: \(counters.number("single")) single, "
                + "\(counters.number("idle")) idle, \(counters.number("collided")) collided")
        let dropped = counters.object("dropped").numbers.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        if !dropped.isEmpty { add("dropped", dropped.map { "\($0.key) \($0.value)" }.joined(separator: ", ")) }
    }

    private mutating func addTroubles() {
        let troubles = fields.list("troubles")
        if troubles.isEmpty { add("troubles", "none") }
        // What lasts comes first.
        for trouble in troubles.filter({ $0.text("over").isEmpty }) + troubles.filter({ !$0.text("over").isEmpty }) {
            let over = trouble.text("over")
            let count = trouble.number("count")
            let when = over.isEmpty ? "since \(trouble.text("since"))" : "over since \(over)"
            add(
                over.isEmpty ? "TROUBLE" : "was trouble",
                "\(trouble.text("kind")), \(when), \(count == 1 ? "once" : "\(count) times")")
            add("", "why: \(trouble.text("cause"))")
            if over.isEmpty { add("", "do:  \(trouble.text("remedy"))") }
        }
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(exactly: seconds.rounded(.down)) ?? 0
        let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
    }
}

/// Fields of a JSON object, where anything may be missing.
struct Fields {
    private let values: [String: Any]

    init(_ values: [String: Any]) { self.values = values }

    /// On one line: causes may come from a peer.
    func text(_ name: String) -> String { (values[name] as? String ?? "").harmless }
    func texts(_ name: String) -> [String] { (values[name] as? [String] ?? []).map(\.harmless) }
    func number(_ name: String) -> Int { values[name] as? Int ?? 0 }
    func seconds(_ name: String) -> Double { values[name] as? Double ?? 0 }
    func `is`(_ name: String) -> Bool { values[name] as? Bool ?? false }
    func object(_ name: String) -> Fields { optional(name) ?? Fields([:]) }
    func optional(_ name: String) -> Fields? { (values[name] as? [String: Any]).map(Fields.init) }
    func list(_ name: String) -> [Fields] { (values[name] as? [[String: Any]] ?? []).map(Fields.init) }
    var numbers: [(key: String, value: Int)] { values.map { ($0.key, $0.value as? Int ?? 0) } }
}
