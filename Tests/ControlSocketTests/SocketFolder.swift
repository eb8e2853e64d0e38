import ControlSocket
import Foundation
import Logging

/// A folder for a test's socket, gone with it.
final class SocketFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "socket-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var socket: String { "\(path)/control" }

    func client() throws -> ControlClient { try ControlClient(path: socket, service: .tested) }

    func server(
        limits: ControlLimits = ControlLimits(), serve: @escaping ControlSocketServer.Serve = { await echo($0) }
    ) -> ControlSocketServer {
        ControlSocketServer(
            path: socket, service: .tested, limits: limits,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, serve: serve)
    }
}

extension ControlledService {
    static let tested = ControlledService(name: "kettle", start: "kettle --at PATH", afterwards: "drink what there is")
}

/// Says each line back.
func echo(_ connection: ControlConnection) async {
    while let line = await connection.next() { connection.send(String(decoding: line, as: UTF8.self)) }
}

extension ControlClient {
    /// The next line; nil where none comes.
    mutating func heard() throws -> String? {
        guard case .line(let text) = try line(within: 10_000) else { return nil }
        return text
    }
}
