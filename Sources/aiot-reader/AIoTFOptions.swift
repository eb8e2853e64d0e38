import AIoTBase
import AIoTFService
import ArgumentParser
import ServiceManager
import Settings

/// Runs something of the AIoTF; a failure is told and ends the program with its exit status.
func reportingFailures<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch {
        throw reportedStatus(of: error)
    }
}

/// Tells a failure, and gives the exit status for it.
func reportedStatus(of error: any Error) -> any Error {
    switch error {
    case let failure as any ServiceFailure:
        for line in failure.description.split(separator: "\n") { Console.report(String(line)) }
        return ExitCode(failure.exitStatus)
    case let problems as SettingsProblems:
        for line in problems.description.split(separator: "\n") { Console.report(String(line)) }
        return Ending.configuration
    default: return error
    }
}

/// Where the store is and what opens it.
struct StoreOptions: ParsableArguments {
    @Option(help: "Takes store, key-file and control from this YAML file where they are not given here.")
    var config: String?

    @Option(help: "The SQLite file of the store.")
    var store: String?

    @Option(help: "The master key: 64 hexadecimal digits or 32 octets. (default: the systemd credential aiotf-key)")
    var keyFile: String?

    /// What the configuration says, and over it what the options say.
    func settings() throws -> AIoTFSettings {
        var settings = AIoTFSettings()
        if let config {
            settings = try AIoTFSettings(file: SettingsFile(try ConfigurationFile.text(at: config), name: config))
        }
        if let store { settings.store = store }
        if let keyFile { settings.keyFile = keyFile }
        return settings
    }
}

extension AIoTFSettings {
    /// The master key that they name, else the systemd credential.
    func masterKey() throws -> MasterKey {
        let credentials = ServiceCredentials.fromEnvironment
        if let keyFile { return try MasterKey(setting: keyFile, credentials) }
        guard let key = try MasterKey(credentials) else { throw KeyFileFailure.notNamed }
        return key
    }

    func openStore(_ opening: DeviceStore.Opening) throws -> DeviceStore {
        guard let store else { throw SettingsFailure.noStore }
        return try DeviceStore(path: store, masterKey: try masterKey(), opening: opening, lockTimeout: 10)
    }
}

/// Octets as hexadecimal digits.
struct HexOption: ExpressibleByArgument {
    let octets: [UInt8]

    init?(argument: String) {
        guard let octets = Hex.decoded(argument), !octets.isEmpty else { return nil }
        self.octets = octets
    }
}
