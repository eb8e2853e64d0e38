import ArgumentParser
import ControlSocket

/// `events`: what a running daemon does.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Shows what a running daemon does, as it happens, until interrupted.",
        discussion: """
            States of front end and links, inventories and their rounds, troubles, reloads; with --format json a status comes \
            first. No IDs of devices are among them.
              aiot-reader events --exchanges
            Exit status: 69 no daemon there, or it has ended; 77 no permission for the socket.
            """)

    @Flag(help: "Exchanges too, each as it begins and ends.")
    var exchanges = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        var request = JSONLine(request: "events")
        request.add("exchanges", exchanges)
        var conversation = try DaemonConversation(daemon, request)
        while let answer = try conversation.next(within: -1) {
            switch daemon.format {
            case .json: Console.print(answer.text)
            case .text: if let text = EventText(answer.fields).text { Console.print(text) }
            }
        }
        throw conversation.ended()
    }
}

/// An event of a daemon for people.
struct EventText {
    private let fields: Fields

    init(_ object: [String: Any]) { fields = Fields(object) }

    /// nil for what is not shown.
    var text: String? { what.map { "\(fields.text("time"))  \($0)" } }

    private var what: String? {
        switch fields.text("type") {
        case "front-end": "front end \(fields.text("state")): \(fields.text("why"))"
        case "carrier": "the carrier was lost"
        case "link":
            "link \(fields.text("name")) \(fields.text("state"))"
                + (fields.text("why").isEmpty ? "" : ": \(fields.text("why"))")
        case "inventory": "inventory \(fields.number("inventory")): \(step)"
        case "exchange":
            "inventory \(fields.number("inventory")): exchange \(fields.number("exchange")) \(fields.text("step"))"
                + (fields.text("outcome").isEmpty ? "" : " (\(fields.text("outcome")))")
        case "trouble" where fields.is("over"): "trouble over: \(fields.text("kind"))"
        case "trouble": "trouble: \(fields.text("kind")): \(fields.text("cause"))  do: \(fields.text("remedy"))"
        case "reload": fields.is("applied") ? "reloaded" : "reload refused: \(fields.text("why"))"
        case "draining": fields.is("draining") ? "draining" : "inventories are taken again"
        case "stopping": "stopping"
        case "lost": "\(fields.number("events")) events were lost: they were read too slowly"
        default: nil
        }
    }

    private var step: String {
        let acknowledged = "\(fields.number("acknowledged")) acknowledged"
        return switch fields.text("step") {
        case "round": "round \(fields.number("round")), q \(fields.number("q")), \(acknowledged)"
        case "complete": "complete, \(acknowledged) in \(fields.number("rounds")) rounds"
        case "ended": "ended (\(fields.text("reason"))), \(acknowledged)"
        case let other: other
        }
    }
}
