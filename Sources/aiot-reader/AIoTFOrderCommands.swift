import AIoTF
import AIoTFService
import AIoTSecurity
import ArgumentParser

/// How an order is given and its results are waited for.
struct OrderOptions: ParsableArguments {
    @Option(help: "The control socket of the AIoTF.")
    var control: String

    @Option(help: "Only by readers that serve this A-IoT area, 6 hexadecimal digits; repeatable.")
    var area: [HexOption] = []

    @Option(help: "Only by this reader, as GNB:INDEX; repeatable.")
    var reader: [ReaderOption] = []

    @Flag(inversion: .prefixedNo, help: "Wait for the results; they are kept in any case.")
    var wait = true

    @Option(help: "Seconds to wait for the end; the order goes on afterwards. (default: no limit)")
    var timeout: Double?

    @Option(help: "text, or json: one object a line.")
    var format = OutputFormat.text

    func validate() throws {
        guard area.isEmpty || reader.isEmpty else { throw ValidationError("give --area or --reader, not both") }
        guard area.allSatisfy({ $0.octets.count == 3 }) else { throw ValidationError("--area: 6 hexadecimal digits") }
        guard timeout.map({ $0 > 0 && $0 < 1e6 }) != false else { throw ValidationError("--timeout: seconds above 0") }
    }

    /// Gives the order and prints what is told.
    func carryOut(_ target: InventoryTarget, command: FollowOnCommand?) throws {
        var scope = InventoryScope.anywhere
        if !area.isEmpty { scope = .areas(area.map(\.octets)) }
        if !reader.isEmpty { scope = .readers(reader.map(\.address)) }
        let order = InventoryOrder(target: target, command: command, scope: scope)
        var conversation = try ControlConversation(path: control, format: format, timeout: timeout)
        try conversation.hold(.inventory(order, waits: wait))
    }
}

/// `GNB:INDEX`.
struct ReaderOption: ExpressibleByArgument {
    let address: ReaderAddress

    init?(argument: String) {
        guard let address = ReaderAddress(text: argument) else { return nil }
        self.address = address
    }
}

struct AIoTFInventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Orders an inventory and shows devices as they are found.",
        discussion: """
              aiot-reader aiotf inventory --control aiotf.sock --all --command read:0,8
              aiot-reader aiotf inventory --control aiotf.sock --group 60f1 --format json
            Exit status: 0; 1 devices that were asked for by ID or group are missing, or a reader has not done its part; 69 \
            no AIoTF there; 75 --timeout is over.
            """)

    @Option(help: "All members of this group.") var group: HexOption?
    @Option(help: "This device.") var device: HexOption?
    @Flag(help: "All devices in reach.") var all = false
    @Option(help: "A command for each device found: read:OFFSET,LENGTH, write:OFFSET,HEX or disable.")
    var command: CommandOption?
    @OptionGroup var order: OrderOptions

    func validate() throws {
        let count = (group == nil ? 0 : 1) + (device == nil ? 0 : 1) + (all ? 1 : 0)
        guard count == 1 else { throw ValidationError("give one of --group, --device and --all") }
    }

    func run() throws {
        var target = InventoryTarget.all
        if let group { target = .group(group.octets) }
        if let device { target = .device(device.octets) }
        try order.carryOut(target, command: command?.command)
    }
}

struct AIoTFDeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "command", abstract: "Reads or writes the memory of one device, or disables it for good.",
        discussion: "  aiot-reader aiotf command --control aiotf.sock --device d00001 read:0,8")

    @Option(help: "The device.") var device: HexOption
    @Argument(help: "read:OFFSET,LENGTH, write:OFFSET,HEX or disable.") var command: CommandOption
    @OptionGroup var order: OrderOptions

    func run() throws { try order.carryOut(.device(device.octets), command: command.command) }
}

struct AIoTFReadersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "readers", abstract: "Lists the connected readers.")

    @Option(help: "The control socket of the AIoTF.") var control: String
    @Option(help: "text, or json: one object a line.") var format = OutputFormat.text

    func run() throws {
        var conversation = try ControlConversation(path: control, format: format, timeout: 10)
        try conversation.hold(.readers)
    }
}

struct AIoTFCancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends an order; what was found by then is kept.")

    @Option(help: "The control socket of the AIoTF.") var control: String
    @Option(help: "The number of the order.") var order: UInt64

    func run() throws {
        var conversation = try ControlConversation(path: control, format: .json, timeout: 10)
        try conversation.hold(.cancel(order: order))
    }
}

struct AIoTFResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Shows what an order has found, from the store; the AIoTF need not run.",
        discussion: """
            Exit status: 0; 1 devices are missing, or a reader has not done its part; 66 no store or order; 75 the order goes \
            on.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: "The number of the order. (default: the last one)") var order: UInt64?
    @Option(help: "text, or json: one object a line.") var format = OutputFormat.text

    func run() throws {
        let report = try reportingFailures { try store.settings().openStore(.existing).report(ofOrder: order) }
        guard let report else {
            Console.report(order.map { "no order \($0) in this store" } ?? "no order was given yet")
            throw Ending.noInput
        }
        var printer = ControlPrinter(format: format)
        for result in report.results { printer.show(ControlLine.device(result, order: report.id).text) }
        guard let ending = report.ending else {
            printer.show(ControlLine.unfinished(order: report.id, devices: report.results.count).text)
            throw Ending.tryAgain
        }
        let line = ControlLine.summary(
            order: report.id, devices: report.results.count, missing: ending.missing, requests: ending.requests,
            failures: ending.failures)
        printer.show(line.text)
        if let status = printer.status { throw status }
    }
}
