import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTFService
import AIoTSecurity
import ArgumentParser
import Foundation

struct AIoTFProvisionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provision", abstract: "Adds devices and groups to a store, also while an AIoTF serves it.",
        discussion: """
            All or nothing. What is there already is refused, unless --replace gives it new values.
              aiot-reader aiotf provision --store aiotf.db --key-file aiotf.key csv devices.csv
            """,
        subcommands: [
            ProvisionDeviceCommand.self, ProvisionGroupCommand.self, ProvisionCSVCommand.self,
            ProvisionSimulatedCommand.self,
        ])

    @OptionGroup var store: StoreOptions

    @Flag(help: "Gives new values to what is there already.")
    var replace = false

    /// Adds to the store what `make` gives for it.
    /// - Parameter file: where that comes from, for the line that a failure lies at.
    func provision(from file: ProvisioningFile? = nil, _ make: (DeviceStore) throws -> Provisioning) throws {
        let new = try reportingFailures {
            let opened = try store.settings().openStore(.orNew)
            let new = try make(opened)
            do {
                try opened.provision(new, replaces: replace)
            } catch let failure as ProvisioningFailure {
                if let file { throw file.placed(failure) }
                guard case .registry(.refused) = failure.reason else { throw failure }
                // It was given as options.
                Console.report(failure.description)
                throw Ending.usage
            }
            return new
        }
        let warnings = Set(new.devices.map(\.configuration)).flatMap(\.warnings)
        for warning in Set(warnings.map(\.description)).sorted() { Console.report("warning: \(warning)") }
        Console.report("provisioned: \(new.devices.count) devices, \(new.groups.count) groups")
    }
}

/// The configuration of what is provisioned.
struct SecurityOptions: ParsableArguments {
    @Option(help: "Security profile, bits 0 to 6; see `aiot-reader inventory --help`.")
    var profile = OctetOption(0x17)

    @Option(help: "Algorithms: 0x00, 0x02 (128-NIA2), 0x20 (128-NEA2) or 0x22.")
    var algorithms = OctetOption(0x22)

    @Option(help: "Counter window W. (default: 15 with 128-NIA2, else 0)")
    var counterWindow: UInt32?

    func validate() throws {
        guard SecurityAlgorithms(octet: algorithms.value) != nil else {
            throw ValidationError("--algorithms: take 0x00, 0x02, 0x20 or 0x22")
        }
    }

    func configuration() throws -> SecurityConfiguration {
        guard let algorithms = SecurityAlgorithms(octet: algorithms.value) else { throw Ending.usage }
        return SecurityConfiguration(
            profile: SecurityProfile(rawValue: profile.value), algorithms: algorithms,
            counterWindow: counterWindow ?? SecurityConfiguration.usualWindow(algorithms))
    }
}

/// A key as 32 hexadecimal digits.
struct KeyOption: ExpressibleByArgument {
    let key: SecretKey

    init?(argument: String) {
        guard let key = Hex.decoded(argument).flatMap({ SecretKey($0) }) else { return nil }
        self.key = key
    }
}

struct ProvisionDeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "device", abstract: "Adds one device.")

    @ParentCommand var parent: AIoTFProvisionCommand
    @Option(help: "Its ID, 1 to 32 octets in hexadecimal.") var id: HexOption
    @Option(help: "Its key, 32 hexadecimal digits; other users of this machine may see it while this runs.")
    var deviceKey: KeyOption
    @OptionGroup var security: SecurityOptions

    func run() throws {
        var new = Provisioning()
        new.devices = [
            DeviceRecord(id: id.octets, key: deviceKey.key, configuration: try security.configuration())
        ]
        try parent.provision { _ in new }
    }
}

struct ProvisionGroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Adds a group of devices, which has the configuration of its members.")

    @ParentCommand var parent: AIoTFProvisionCommand
    @Option(help: "Its ID, 1 to 32 octets in hexadecimal.") var id: HexOption
    @Option(help: "Its key, 32 hexadecimal digits; other users of this machine may see it while this runs.")
    var groupKey: KeyOption
    @Option(parsing: .upToNextOption, help: "IDs of its members, which are provisioned already.")
    var member: [HexOption]

    func run() throws {
        try parent.provision { store in
            guard let first = member.first, let configuration = try store.configuration(ofDevice: first.octets) else {
                Console.report("the first member is not provisioned: provision devices before their group")
                throw Ending.configuration
            }
            var new = Provisioning()
            new.groups = [
                GroupRecord(
                    id: id.octets, key: groupKey.key, configuration: configuration, members: member.map(\.octets))
            ]
            return new
        }
    }
}

struct ProvisionCSVCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv", abstract: "Adds devices and groups from a CSV file.",
        discussion: """
            The first line names the columns, in any order:
              kind        device or group
              id          1 to 32 octets in hexadecimal
              key         32 hexadecimal digits
              profile     as in 0x17; optional, default 0x17
              algorithms  0x00, 0x02, 0x20 or 0x22; optional, default 0x22
              window      counter window; optional, default 15 with 128-NIA2, else 0
              groups      of a device: IDs of its groups with ; between them; optional
            Groups may stand in the file or be there already. Lines that are empty or begin with # count for nothing.
            """)

    @ParentCommand var parent: AIoTFProvisionCommand
    @Argument(help: "The CSV file, - for standard input.") var file: String

    func run() throws {
        let parsed = try reportingFailures { try ProvisioningFile(try text(), name: file) }
        try parent.provision(from: parsed) { _ in parsed.provisioning }
    }

    private func text() throws -> String {
        guard file == "-" else { return try ConfigurationFile.text(at: file, remedy: "name the CSV file") }
        let octets = try FileHandle.standardInput.readToEnd() ?? Data()
        guard let text = String(bytes: octets, encoding: .utf8) else {
            Console.report("standard input is no UTF-8 text: convert it")
            throw Ending.noInput
        }
        return text
    }
}

struct ProvisionSimulatedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulated", abstract: "Adds the devices that a loopback front end with the same seed simulates.",
        discussion: "Anybody can derive their keys from the seed: for demonstrations only.")

    @ParentCommand var parent: AIoTFProvisionCommand
    @Option(help: "How many, 1 to 20,000; the loopback front end has as many.") var devices = 20
    @Option(help: "The seed of the loopback front end.") var seed: UInt64 = 1
    @OptionGroup var security: SecurityOptions

    func validate() throws {
        guard (1...20_000).contains(devices) else { throw ValidationError("--devices \(devices): take 1 to 20,000") }
    }

    func run() throws {
        let population = Population(
            count: devices, configuration: try security.configuration(), largestClockError: 0, seed: seed)
        var new = Provisioning()
        new.devices = population.provisioning.map {
            DeviceRecord(id: $0.deviceID, key: $0.key, configuration: $0.configuration)
        }
        new.groups = [
            GroupRecord(
                id: population.group.id, key: population.group.key, configuration: population.configuration,
                members: population.provisioning.map(\.deviceID))
        ]
        try parent.provision { _ in new }
        let group = Hex.encoded(population.group.id)
        Console.print(group)
        Console.report("they are group \(group): aiot-reader aiotf inventory --control SOCKET --group \(group)")
    }
}
