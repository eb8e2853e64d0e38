import CoreMetrics
import Glibc
import Testing

@testable import Telemetry

/// What a client can do to the endpoint.
@Suite(.timeLimit(.minutes(1))) struct MetricsEndpointTests {
    /// All that comes when `text` is sent to a new endpoint and the client has no more to say.
    private func answer(to text: String) async throws -> String {
        let registry = MetricsRegistry()
        Counter(label: "t_total", factory: registry).increment()
        let endpoint = try await MetricsEndpoint(
            host: "127.0.0.1", port: 0, registry: registry, health: { .init(isWell: true, text: "well") })
        defer { endpoint.stop() }
        let port = try #require(endpoint.address.split(separator: ":").last.flatMap { UInt16($0) })
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let octets = Array(text.utf8)
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            sent += count
        }
        var heard: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(client, &part, part.count)
            guard count > 0 else { break }
            heard += part.prefix(count)
        }
        return String(decoding: heard, as: UTF8.self)
    }

    @Test(arguments: ["HTTP/1.1\r\nHost: x", "HTTP/1.0"])
    func aScrapeGetsTheMetricsAndTheConnectionEnds(version: String) async throws {
        let text = try await answer(to: "GET /metrics \(version)\r\n\r\n")
        #expect(text.contains(" 200 OK") && text.contains("\nt_total 1\n"), "\(text)")
    }

    @Test func aHeadGetsTheLengthAndNoBody() async throws {
        let text = try await answer(to: "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text.contains("content-length: ") && text.hasSuffix("\r\n\r\n"), "\(text)")
    }

    /// One answer a connection: else a small packet would have megabytes written, one inside the other.
    @Test func requestsBehindTheFirstAreNotAnswered() async throws {
        let text = try await answer(to: String(repeating: "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", count: 1_000))
        #expect(text.split(separator: "HTTP/1.1 ").count == 1, "\(text.prefix(1_000))")
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}garbage\r\n\r\n", "GET\r\n\r\n", "GET /metrics HTTP/9.9\r\n\r\n",
        "GET /metrics HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 100_000),
    ])
    func whatIsNoRequestGetsNoMetrics(text: String) async throws {
        let text = try await answer(to: text)
        #expect(!text.contains("t_total"), "\(text)")
    }
}
