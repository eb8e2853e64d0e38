import CoreLink
import Logging
import Testing

/// Addresses of links, as an operator writes them.
@Suite struct LinkAddressTests {
    @Test(arguments: [
        ("tls://aiotf.example:4000", LinkAddress.tls(host: "aiotf.example", port: 4_000)),
        ("tls://aiotf.example", .tls(host: "aiotf.example", port: 38_413)),
        ("tls://[2001:db8::1]:5", .tls(host: "2001:db8::1", port: 5)),
        ("tls://[::1]", .tls(host: "::1", port: 38_413)),
        ("tcp://127.0.0.1:0", .tcp(host: "127.0.0.1", port: 0)), ("tcp://[::1]:7", .tcp(host: "::1", port: 7)),
        ("unix:/run/link", .unix(path: "/run/link")), ("unix:///run/link", .unix(path: "/run/link")),
        ("sctp://127.0.0.1", .sctp(host: "127.0.0.1", port: 38_412)),
        ("sctp+clear://10.0.0.1", .sctp(host: "10.0.0.1", port: 38_412)),
    ])
    func whatIsWellWrittenIsUnderstood(text: String, address: LinkAddress) throws {
        #expect(try LinkAddress(parsing: text) == address)
        #expect(try LinkAddress(parsing: "\(address)") == address)
    }

    @Test(arguments: [
        "tcp://10.0.0.1:1", "tcp://localhost:1", "tcp://0.0.0.0:1", "tcp://127.0.0.1.example:1", "tcp://[::]:1",
    ])
    func plainTCPIsRefusedOutsideLoopback(text: String) {
        #expect(throws: LinkAddressError.plainTCPOutsideLoopback(text)) { try LinkAddress(parsing: text) }
    }

    /// SCTP has no TLS here, so who wants it between machines has to say that it is in the clear.
    @Test(arguments: ["sctp://10.0.0.1:1", "sctp://aiotf.example", "sctp://0.0.0.0", "sctp://[::]"])
    func sctpIsRefusedOutsideLoopbackUnlessItIsSaidToBeInTheClear(text: String) throws {
        #expect(throws: LinkAddressError.plainSCTPOutsideLoopback(text)) { try LinkAddress(parsing: text) }
        #expect(throws: Never.self) { try LinkAddress(parsing: text.replacing("sctp:", with: "sctp+clear:")) }
    }

    @Test(arguments: ["tls://a:0", "tcp://127.0.0.1:0", "sctp://127.0.0.1:0", "sctp+clear://a:0"])
    func portZeroIsForServersOnly(text: String) throws {
        #expect(throws: LinkAddressError.portZero(text)) { try LinkAddress(endpoint: text) }
        let address = try LinkAddress(parsing: text)
        let error = #expect(throws: LinkError.self) {
            try LinkClient(configuration: .init(endpoints: [address]), log: Logger(label: "t")) { _ in }
        }
        #expect(error?.description.contains("port 0, where nobody listens: write the AIoTF's port") == true)
    }

    @Test(arguments: [
        ("", LinkAddressError.unknownScheme("")), ("aiotf:1", .unknownScheme("aiotf:1")),
        ("http://a:1", .unknownScheme("http://a:1")), ("tls://", .badHost("tls://")),
        ("tls://:1", .badHost("tls://:1")),
        ("tls://a b:1", .badHost("tls://a b:1")), ("tls://[::1", .badHost("tls://[::1")),
        ("tls://[x]:1", .badHost("tls://[x]:1")), ("tls://a/b", .badHost("tls://a/b")),
        ("tls://a:", .badPort("tls://a:")), ("tls://a:65536", .badPort("tls://a:65536")),
        ("tls://a:-1", .badPort("tls://a:-1")), ("tcp://127.0.0.1", .badPort("tcp://127.0.0.1")),
        ("tls://::1", .badHost("tls://::1")), ("unix:run", .badPath("unix:run")), ("unix:", .badPath("unix:")),
    ])
    func whatIsNotIsRefusedWithItsReason(text: String, error: LinkAddressError) {
        #expect(throws: error) { try LinkAddress(parsing: text) }
    }

    @Test func aPathThatTheKernelCannotTakeIsRefused() {
        let text = "unix:/" + String(repeating: "a", count: 107)
        #expect(throws: LinkAddressError.badPath(text)) { try LinkAddress(parsing: text) }
    }
}
