import Foundation
import Testing

/// The emulator as a process of its own, with one HackRF One; this process has to run under umockdev-wrapper.
final class Emulator: @unchecked Sendable {
    /// The program `usb-emulator`; without it what needs devices is not tested.
    static let path = ProcessInfo.processInfo.environment["AIOT_USB_EMULATOR"]

    private let process = Process()
    private let orders = Pipe()
    private let answers = Pipe()

    init() throws {
        process.executableURL = URL(fileURLWithPath: try #require(Self.path))
        process.arguments = ["--box", "hackrf:1234abcd"]
        process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "UMOCKDEV_DIR" }
        process.standardInput = orders
        process.standardOutput = answers
        try process.run()
        let root = try #require(try line()["root"] as? String)
        // It is looked up at each call that umockdev redirects.
        setenv("UMOCKDEV_DIR", root, 1)
    }

    deinit {
        try? orders.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Gives an order, and returns the address of the box, nil where it is not plugged in.
    @discardableResult
    func order(_ text: String) throws -> UInt8? {
        try orders.fileHandleForWriting.write(contentsOf: Data((text + "\n").utf8))
        let answer = try line()
        #expect(answer["ok"] as? Bool == true, "\(text): \(answer)")
        return (answer["address"] as? Int).flatMap { UInt8(exactly: $0) }
    }

    private func line() throws -> [String: Any] {
        var octets = Data()
        while octets.last != 0x0a {
            guard let more = try answers.fileHandleForReading.read(upToCount: 1), !more.isEmpty else { break }
            octets += more
        }
        return try #require(try JSONSerialization.jsonObject(with: octets) as? [String: Any])
    }
}
