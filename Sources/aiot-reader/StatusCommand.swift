import ArgumentParser
import ControlSocket
import Foundation

/// `status`: how a running daemon is.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows how a running daemon is: front end, links, inventories, troubles.",
        discussion: """
            Every trouble that there was since the start stands there, with its last cause and what to do.
              aiot-reader status --via /run/aiot-reader/control.sock
              aiot-reader status --watch
              aiot-reader status --format json | jq .links
            Exit status: 0; 69 no daemon there; 75 it is stopping; 77 no permission for the socket.
            """)

    @Flag(help: "Shows it anew every second, until interrupted.")
    var watch = false

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        repeat {
            var conversation = try DaemonConversation(daemon, JSONLine(request: "status"))
            guard let answer = try conversation.next(within: 10_000) else { throw conversation.ended() }
            switch daemon.format {
            case .json: Console.print(answer.text)
            case .text:
                if watch, isatty(STDOUT_FILENO) != 0 { Terminal.clear() }
                Console.print(StatusPage(answer.fields).lines.joined(separator: "\n"))
            }
            if watch { Thread.sleep(forTimeInterval: 1) }
        } while watch
    }
}

/// The terminal as such; text goes through `Console`, which lets nothing command it.
enum Terminal {
    /// Begins a page anew.
    static func clear() { try? FileHandle.standardOutput.write(contentsOf: Data("\u{1B}[H\u{1B}[2J".utf8)) }
}
