import ArgumentParser

struct AIoTFCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aiotf", abstract: "The reference AIoTF as a process: readers, a store, orders.",
        discussion: """
            A first AIoTF on this machine, with the devices that a loopback reader with seed 1 simulates:
              aiot-reader aiotf key --out aiotf.key
              aiot-reader aiotf provision --store aiotf.db --key-file aiotf.key simulated --devices 20 --seed 1
              aiot-reader aiotf --store aiotf.db --key-file aiotf.key --listen tcp://127.0.0.1:38413 \
            --control aiotf.sock
              aiot-reader aiotf inventory --control aiotf.sock --all
            docs/aiotf.md has the rest.
            """,
        subcommands: [
            AIoTFServeCommand.self, AIoTFKeyCommand.self, AIoTFProvisionCommand.self, AIoTFInventoryCommand.self,
            AIoTFDeviceCommand.self, AIoTFResultsCommand.self, AIoTFReadersCommand.self, AIoTFCancelCommand.self,
        ],
        defaultSubcommand: AIoTFServeCommand.self)
}
