import Doctor
import Foundation

/// A folder that stands for the root of a system.
final class FakeTree {
    let folder = FileManager.default.temporaryDirectory.appending(path: "doctor-\(UUID().uuidString)")
    var tree: SystemTree { SystemTree(root: folder.path) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String, to path: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data((text + "\n").utf8).write(to: file)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(path: path).path, withDestinationPath: target)
    }

    /// Files of a USB device as sysfs has them.
    func plug(_ name: String, bus: Int, address: Int, speed: String, serial: String, drivers: [String: String] = [:])
        throws
    {
        let device = "sys/bus/usb/devices/\(name)"
        for (file, text) in ["busnum": "\(bus)", "devnum": "\(address)", "speed": speed, "serial": serial] {
            try write(text, to: "\(device)/\(file)")
        }
        for (interface, driver) in drivers {
            try write("00", to: "sys/bus/usb/devices/\(name):\(interface)/bInterfaceNumber")
            try link("sys/bus/usb/devices/\(name):\(interface)/driver", to: "../../../../bus/usb/drivers/\(driver)")
        }
    }
}
