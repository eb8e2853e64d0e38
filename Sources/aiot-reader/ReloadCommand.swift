import ArgumentParser
import ControlSocket
import Foundation

/// `reload`: has a running daemon read its configuration again.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Has a running daemon read its configuration and certificates again.",
        discussion: """
            All of it is put into force, or nothing where anything is wrong or cannot change without a restart, as SIGHUP \
            does; here the answer says which.
              aiot-reader reload
            Exit status: 0 in force; 1 refused, all is as it was; 69 no daemon there; 77 no permission for the socket.
            """)

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        let text = try daemon.answer(to: JSONLine(request: "reload"))
        guard daemon.format == .text else { return Console.print(text) }
        let fields = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        let changed = Fields(fields).texts("changed")
        Console.print("reloaded; changed: \(changed.isEmpty ? "nothing" : changed.joined(separator: ", "))")
    }
}
