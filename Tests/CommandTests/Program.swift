import Foundation
import Testing

/// The built program, run as a user runs it.
struct Program {
    var status: Int32
    var output: String
    var errors: String

    /// JSON lines of standard output.
    var lines: [[String: Any]] {
        output.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
        }
    }

    var summary: [String: Any]? { lines.last { $0["type"] as? String == "summary" } }

    func lines(ofType type: String) -> [[String: Any]] {
        lines.filter { $0["type"] as? String == type }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The program stands beside the test bundle.
    private static var location: URL? {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "aiot-reader")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        for configuration in ["debug", "release"] {
            let candidate = root.appending(path: ".build/\(configuration)/aiot-reader")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        return nil
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String { "the program is not built: run `swift build` first" }
    }

    /// Runs the program with `arguments` and waits for its end.
    @discardableResult
    static func run(_ arguments: [String], input: String? = nil) throws -> Program {
        let process = Process()
        guard let executable = location else { throw Missing() }
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = root
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data((input ?? "").utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        return Program(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOf: files[1], encoding: .utf8),
            errors: try String(contentsOf: files[2], encoding: .utf8))
    }

    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aiot-reader-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
