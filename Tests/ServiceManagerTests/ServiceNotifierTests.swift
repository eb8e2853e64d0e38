import Glibc
import ServiceManager
import Testing

@Suite struct ServiceNotifierTests {
    /// What arrives at a notify socket of this name while `body` runs.
    private func received(at name: String, _ body: (ServiceNotifier) -> Void) -> [String] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(name.utf8)
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(2 + path.count)) }
        }
        #expect(status == 0)
        body(ServiceNotifier(address: name))
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 1_024)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer[0..<count], as: UTF8.self))
        }
    }

    @Test func eachStateIsOneDatagram() {
        let messages = received(at: "@aiot-reader-test-\(getpid())") {
            $0.ready(status: "5 devices\nand more")
            $0.status("waiting")
            $0.stopping()
        }
        #expect(
            messages == [
                "READY=1\nSTATUS=5 devices and more", "STATUS=waiting", "STOPPING=1\nSTATUS=Stopping",
            ])
    }

    @Test func aReloadCarriesItsMonotonicTime() {
        let messages = received(at: "@aiot-reader-reload-\(getpid())") { $0.reloading() }
        #expect(messages.count == 1)
        #expect(messages.first?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
    }

    @Test(arguments: ["", "relative", "/" + String(repeating: "x", count: 200), "/nowhere/at/all", nil])
    func withoutAServiceManagerNothingHappens(address: String?) {
        ServiceNotifier(address: address).ready(status: "x")
    }
}
