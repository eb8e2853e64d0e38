import Foundation

/// This test program, started again to run one test in a process of its own.
enum ChildProcess {
    /// What the test is given; its presence says that this process is such a child.
    static let key = "AIOT_SPOOL_CHILD"
    static let argument = ProcessInfo.processInfo.environment[key]

    /// A process that runs the test `name` with `argument`, and nothing else.
    static func running(_ name: String, argument: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var arguments = Array(CommandLine.arguments.dropFirst())
        while let filter = arguments.firstIndex(where: { ["--filter", "--skip"].contains($0) }) {
            arguments.removeSubrange(filter...min(filter + 1, arguments.count - 1))
        }
        process.arguments = arguments + ["--filter", name]
        process.environment = ProcessInfo.processInfo.environment.merging([key: argument]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        return process
    }
}
