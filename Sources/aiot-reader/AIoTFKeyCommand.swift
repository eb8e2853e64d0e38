import AIoTFService
import ArgumentParser

struct AIoTFKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes a master key for a store.",
        discussion: "Without it a store cannot be read: keep a copy where the store's backups are not.")

    @Option(help: "The new file, readable by its owner only.")
    var out: String

    func run() throws {
        try reportingFailures { try MasterKey().write(to: out) }
        Console.report("master key written to \(out)")
    }
}
