import ArgumentParser

@main
struct AIoTReaderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aiot-reader",
        abstract: "A reader for 3GPP Ambient IoT devices: inventories, recordings, messages.",
        discussion: """
            Start with an inventory of 20 simulated devices, no configuration needed:
              aiot-reader inventory
            Exit status: 0 done; 1 done with failures; 64 wrong usage; 66 input missing or unreadable; 69 a front end \
            or an AIoTF is not there; 75 try again; 77 no permission; 78 configuration wrong.
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, StatusCommand.self, EventsCommand.self, DrainCommand.self, ReloadCommand.self,
            CaptureCommand.self, CheckConfigCommand.self, AIoTFCommand.self, InventoryCommand.self, ReplayCommand.self,
            DecodeCommand.self, ConformanceCommand.self, TraceCommand.self, DeviceCommand.self, DevicesCommand.self,
            DoctorCommand.self, SynthCommand.self,
        ])
}

/// What a run ends with (`spec/5`).
enum Ending {
    static let done = ExitCode(0)
    /// Done, with failures: frames missing, devices not resolved, a vector failed.
    static let failures = ExitCode(1)
    /// Wrong usage.
    static let usage = ExitCode(64)
    /// Input missing or unreadable.
    static let noInput = ExitCode(66)
    /// A front end or an AIoTF is not there.
    static let unavailable = ExitCode(69)
    /// Try again: something else holds what is needed.
    static let tryAgain = ExitCode(75)
    static let noPermission = ExitCode(77)
    /// The configuration is wrong: a service manager must not start it again.
    static let configuration = ExitCode(78)
    /// Output cannot be written.
    static let cannotWrite = ExitCode(73)
}

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// One JSON object a line, nothing else on standard output.
    case json
}
