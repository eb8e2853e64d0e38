import ArgumentParser
import ControlSocket
import Doctor
import Foundation
import SDR
import USBTransport

/// `devices`: the boxes on USB.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "Front ends found on USB, and what is missing to use them.",
        discussion: """
            BUS:DEVICE and the end of the serial number are what `address` and `serial` of a configuration take. A box in use \
            may be the reader's. Exit status: 0 boxes are there; 69 none is.
            """)

    @Option(help: "text, or json: one object a box.")
    var format = OutputFormat.text

    func run() throws {
        let facts = MachineFacts.ofThisMachine(stateDirectory: "/var/lib/aiot-reader")
        guard !facts.boxes.isEmpty else {
            let failure = facts.usbFailure.map { "USB cannot be used: \($0)" }
            Console.report("\(failure ?? "no box that we know is on USB"): \(Examination.whenAbsent)")
            throw Ending.unavailable
        }
        let permission = Permission(facts)
        for box in facts.boxes {
            let remedy = box.model.remedy ?? permission.finding(of: box)?.remedy
            Console.print(format == .json ? box.json(remedy) : box.text(remedy))
        }
    }
}

extension MachineFacts {
    /// What can be known without a configuration; every box is opened for a moment.
    static func ofThisMachine(stateDirectory: String) -> MachineFacts {
        let tree = SystemTree()
        var groups = [gid_t](repeating: 0, count: 1_024)
        let count = getgroups(Int32(groups.count), &groups)
        var facts = MachineFacts(
            tree, stateDirectory: stateDirectory, userID: geteuid(),
            groupIDs: groups.prefix(max(Int(count), 0)) + [getegid()],
            unixSeconds: Int64(Date().timeIntervalSince1970))
        do {
            facts.boxes = BoxFacts.all(on: try USBContext(), tree)
        } catch {
            facts.usbFailure = "\(error)"
        }
        return facts
    }
}

extension BoxFacts {
    private var address: String { String(format: "%03d:%03d", device.bus, device.address) }

    private var abilities: String {
        switch (model.transmits, model.receives) {
        case (true, true): model.isFullDuplex ? "transmits and receives at once" : "transmits or receives"
        case (true, false): "transmits"
        case (false, true): "receives"
        case (false, false): "nothing like this"
        }
    }

    private var permission: String {
        switch access {
        case .open: "yes"
        case .noPermission: "no permission"
        case .busy: "busy"
        case .failed: "failed"
        }
    }

    fileprivate func text(_ remedy: String?) -> String {
        let speed = speedMegabits.map { "\(Int($0)) Mbit/s" } ?? "speed unknown"
        let version = firmware.map { "firmware \($0), " } ?? ""
        var lines = [
            "\(address)  \(model.name)  serial \(device.serial ?? "unknown")",
            "         \(version)release \(release); \(speed); \(abilities); may be opened: \(permission)",
        ]
        if let instance { lines.append("         started when plugged in: aiot-reader@\(instance).service") }
        if let remedy { lines.append("         do: \(remedy)") }
        return lines.joined(separator: "\n")
    }

    fileprivate func json(_ remedy: String?) -> String {
        var line = JSONLine()
        line.add("type", "box")
        line.add("kind", model.kind.rawValue)
        line.add("name", model.name)
        line.add("bus", Int(device.bus))
        line.add("address", Int(device.address))
        line.add("port", path)
        line.add("serial", device.serial)
        line.add("instance", instance)
        line.add("firmware", firmware)
        line.add("release", release)
        line.add("speedMegabits", speedMegabits, decimals: 1)
        line.add("transmits", model.transmits)
        line.add("receives", model.receives)
        line.add("fullDuplex", model.isFullDuplex)
        line.add("access", permission)
        line.add("remedy", remedy)
        return line.text
    }
}
