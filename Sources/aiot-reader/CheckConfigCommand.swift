import ArgumentParser
import ControlSocket
import ReaderService
import Settings

/// `check-config`: whether `run` would take a configuration, and what would be in force.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Checks a configuration without starting anything.",
        discussion: """
            Tells every mistake at once, each as FILE:LINE:COLUMN: what to write; one of a variable of the environment or of \
            --set with its name in place of the file. Reads what `run` reads, the environment (AIOT_READER_AIR__MAX_ROUNDS=8) \
            included, and opens neither front end nor link. Exit status: 0 right; 66 no configuration; 77 it may not be read; \
            78 configuration wrong.
            """)

    @Argument(help: ArgumentHelp("The configuration file, YAML.", valueName: "file"))
    var file: String

    @Flag(help: "Prints what would be in force, defaults included, as YAML that `run` takes too.")
    var effective = false

    @Option(help: "text, or json: one object a mistake or setting.")
    var format = OutputFormat.text

    @OptionGroup var settings: OverrideOptions

    func run() throws {
        do {
            let loaded = try LoadedConfiguration.load(file, settings.overrides)
            if effective { show(loaded.effective) }
            let text =
                "\(file) is right: front end \(loaded.frontEnd.kindText), links "
                + loaded.daemon.links.map(\.name).joined(separator: ", ")
            if format == .json { Console.print(summary(problems: 0)) } else if !effective { Console.print(text) }
        } catch let problems as SettingsProblems {
            for (problem, line) in zip(problems.problems, problems.lines) {
                Console.print(format == .json ? json(problem) : line)
            }
            if format == .json { Console.print(summary(problems: problems.problems.count)) }
            throw Ending.configuration
        } catch let unreadable as UnreadableFile {
            Console.report("\(unreadable)")
            throw unreadable.ending
        }
    }

    private func show(_ settings: EffectiveSettings) {
        guard format == .json else { return Console.printPart(settings.yaml) }
        for entry in settings.entries {
            var line = JSONLine()
            line.add("type", "setting")
            line.add("key", entry.key)
            line.add("value", entry.value)
            line.add("default", entry.isDefault)
            Console.print(line.text)
        }
        for key in settings.unset {
            var line = JSONLine()
            line.add("type", "setting")
            line.add("key", key)
            line.add("value", nil as String?)
            line.add("default", true)
            Console.print(line.text)
        }
    }

    private func json(_ problem: SettingsProblems.Problem) -> String {
        var line = JSONLine()
        line.add("type", "problem")
        line.add("file", problem.name == nil ? file : nil)
        line.add("line", problem.line)
        line.add("column", problem.column)
        line.add("setting", problem.name)
        line.add("text", problem.text)
        return line.text
    }

    private func summary(problems: Int) -> String {
        var line = JSONLine()
        line.add("type", "summary")
        line.add("file", file)
        line.add("problems", problems)
        return line.text
    }
}
