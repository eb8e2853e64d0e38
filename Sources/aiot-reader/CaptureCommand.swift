import ArgumentParser
import ControlSocket
import Foundation
import ReaderControl

/// `capture`: samples and frames of a running daemon.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Captures samples and frames of a running daemon.",
        discussion: """
            Frames and NGAP PDUs go to NAME.pcapng, samples to NAME.sigmf-data, in the folder that the daemon's configuration \
            names (record.folder), else in its state directory.
              aiot-reader capture start aisle3
              aiot-reader capture start aisle4 --samples --ring 500
              aiot-reader capture stop
            Exit status: 0; 1 refused, or no capture is going on; 69 no daemon there; 77 no permission for the socket.
            """,
        subcommands: [CaptureStartCommand.self, CaptureStopCommand.self, CaptureStatusCommand.self])
}

struct CaptureStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "start", abstract: "Begins a capture.")

    @Argument(help: "What the names of the files begin with; existing files are kept.")
    var name: String

    @Flag(help: "What the front end receives, as NAME.sigmf-data and NAME.sigmf-meta.")
    var samples = false

    @Flag(help: "Frames of the air and NGAP PDUs, as NAME.pcapng; the default without --samples.")
    var frames = false

    @Flag(help: "Both.")
    var both = false

    @Option(help: "With samples: keeps so many ms in memory and saves only around bursts that did not decode.")
    var ring: Int?

    @Option(help: "Octets of each file at most. (default: 4 GiB)")
    var limit: Int?

    @OptionGroup var daemon: DaemonOptions

    func validate() throws {
        do {
            _ = try request
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private var request: CaptureRequest {
        get throws(CaptureFailure) {
            guard let name = CaptureName(name) else { throw CaptureFailure(CaptureName.remedy) }
            return try CaptureRequest(
                name: name, takesSamples: samples || both, takesFrames: frames || both || !samples,
                ringMilliseconds: ring, limitOctets: limit)
        }
    }

    func run() throws {
        let request = try request
        var line = JSONLine()
        line.add("request", "capture")
        line.add("action", "start")
        line.add("name", request.name.text)
        line.add("samples", request.takesSamples)
        line.add("frames", request.takesFrames)
        if let ring { line.add("ringMS", ring) }
        if let limit { line.add("limitOctets", limit) }
        try CapturePrinter(daemon).show(line)
    }
}

struct CaptureStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Ends the capture and tells what it has brought.")

    @OptionGroup var daemon: DaemonOptions

    func run() throws { try CapturePrinter(daemon).show(action: "stop") }
}

struct CaptureStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tells what the capture that is going on has brought so far.")

    @OptionGroup var daemon: DaemonOptions

    func run() throws { try CapturePrinter(daemon).show(action: "status") }
}

/// Asks the daemon about captures and shows its answer.
struct CapturePrinter {
    private let daemon: DaemonOptions

    init(_ daemon: DaemonOptions) { self.daemon = daemon }

    func show(action: String) throws {
        var line = JSONLine()
        line.add("request", "capture")
        line.add("action", action)
        try show(line)
    }

    func show(_ request: JSONLine) throws {
        let text = try daemon.answer(to: request)
        if daemon.format == .json { return Console.print(text) }
        let fields = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        Console.print("capture \(fields["name"] as? String ?? "") \(fields["state"] as? String ?? "")")
        for file in fields["files"] as? [String] ?? [] { Console.print("  \(file)") }
        if let frames = fields["frames"] as? [String: Any] {
            let number = { (key: String) in frames[key] as? Int ?? 0 }
            Console.print("\(number("frames")) frames, \(number("pdus")) PDUs, \(number("lost")) lost")
            if let why = frames["ended"] as? String { Console.print("ended: \(why)") }
        }
        if let samples = fields["samples"] as? [String: Any] {
            let number = { (key: String) in samples[key] as? Int ?? 0 }
            Console.print(
                "\(number("samples")) samples, \(number("lost")) lost, \(number("gaps")) gaps, \(number("pieces")) "
                    + "pieces, \(number("unsavedPieces")) not saved")
        }
    }
}
