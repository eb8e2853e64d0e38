import ArgumentParser
import ControlSocket
import Foundation
import ReaderControl

/// Which daemon is asked, and how its answers are shown.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Its control socket. (default: $RUNTIME_DIRECTORY/control.sock, else /run/aiot-reader/control.sock)",
            valueName: "socket"))
    var via: String?

    @Option(help: "text, or json: one object a line.")
    var format = OutputFormat.text

    var socket: String {
        let folders = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"]?.split(separator: ":")
        return via ?? "\(folders?.first ?? "/run/aiot-reader")/control.sock"
    }

    /// The one line that answers a request, within 60 s.
    /// - Throws: exit status 69 where no daemon is there, 77 without permission, 1 where the request is refused; it has
    ///   been said why.
    func answer(to request: JSONLine) throws -> String {
        var conversation = try DaemonConversation(self, request)
        guard let answer = try conversation.next(within: 60_000) else { throw conversation.ended() }
        return answer.text
    }
}

/// A request to a daemon, and what it says to that.
struct DaemonConversation: ~Copyable {
    private var client: ControlClient

    init(_ daemon: DaemonOptions, _ request: JSONLine) throws {
        client = try reportingFailures { () throws -> ControlClient in
            let client = try ControlClient(path: daemon.socket, service: .reader)
            try client.send(line: request.text)
            return client
        }
    }

    /// The next line; nil when all is said.
    /// - Throws: an exit status, after it has said why: an error that the daemon tells, or that it says nothing in time.
    mutating func next(within milliseconds: Int32) throws -> (text: String, fields: [String: Any])? {
        switch try? client.line(within: milliseconds) {
        case .line(let text)?:
            let fields = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
            guard let error = fields["error"] as? String else { return (text, fields) }
            Console.report(error)
            throw fields["retry"] as? Bool == true ? Ending.tryAgain : Ending.failures
        case .timeOut?, nil: throw reportedStatus(of: client.failure(.silent))
        case .end?: return nil
        }
    }

    /// Says that it went away before it had said all.
    func ended() -> any Error { reportedStatus(of: client.failure(.ended)) }
}

extension JSONLine {
    /// A request of the control socket.
    init(request: String) {
        self.init()
        add("request", request)
    }
}
