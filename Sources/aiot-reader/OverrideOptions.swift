import ArgumentParser
import Settings

/// `--set KEY=VALUE`, as often as one likes.
struct OverrideOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Goes before the file and the environment, as in --set air.max-rounds=8; again for further keys.",
            valueName: "key=value"))
    var assignments: [String] = []

    var overrides: [SettingsOverride] { assignments.compactMap { SettingsOverride(assignment: $0, flag: "--set") } }

    func validate() throws {
        for assignment in assignments where SettingsOverride(assignment: assignment, flag: "") == nil {
            throw ValidationError("--set \(assignment): write KEY=VALUE, as in --set air.max-rounds=8")
        }
    }
}
