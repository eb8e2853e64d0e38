import ArgumentParser
import ControlSocket

/// `drain`: has a running daemon take no new inventories.
struct DrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Has a running daemon take no new inventories; those that are open go on.",
        discussion: """
            An AIoTF that asks is refused with the cause misc om-intervention. A restart ends the drain.
              aiot-reader drain --wait && systemctl restart aiot-reader
              aiot-reader drain --off
            Exit status: 0; 1 somebody else has ended the drain; 69 no daemon there; 77 no permission for the socket.
            """)

    @Flag(help: "Inventories are taken again.")
    var off = false

    @Flag(help: "Waits until no inventory is open.")
    var wait = false

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        guard !off || !wait else { throw ValidationError("--off and --wait: give one of them") }
    }

    func run() throws {
        var request = JSONLine(request: "drain")
        if off { request.add("off", true) }
        if wait { request.add("until", "drained") }
        var conversation = try DaemonConversation(daemon, request)
        var open = -1
        while let answer = try conversation.next(within: wait ? -1 : 60_000) {
            let fields = Fields(answer.fields)
            open = fields.number("openInventories")
            switch daemon.format {
            case .json: Console.print(answer.text)
            case .text:
                let what = fields.is("draining") ? "draining: no new inventories are taken" : "inventories are taken"
                Console.print("\(what); \(open) open")
            }
        }
        guard open == 0 || open > 0 && !wait else { throw conversation.ended() }
    }
}
