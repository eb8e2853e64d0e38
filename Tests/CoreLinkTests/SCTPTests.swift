import CoreLink
import Glibc
import Testing

/// SCTP is found out when it is wanted.
@Suite(.timeLimit(.minutes(5))) struct SCTPTests {
    /// Whether this machine's kernel has it.
    private static let isHere: Bool = {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 132)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }()

    @Test(.enabled(if: !isHere)) func aKernelWithoutSCTPIsNamedWithWhatToUseInstead() async throws {
        let address = LinkAddress.sctp(host: "127.0.0.1", port: 0)
        let server = try ServerEnd(at: address)
        let error = await #expect(throws: LinkError.self) { try await server.ended() }
        #expect(error?.description.contains("has no SCTP") == true)
        #expect(error?.description.contains("use tls:// between machines and unix: on one") == true)
        let client = try ClientEnd(LinkClientConfiguration(endpoints: [.sctp(host: "127.0.0.1", port: 1)]))
        #expect(try await client.down().contains("has no SCTP"))
        try await client.stop()
    }

    @Test(.enabled(if: isHere)) func overSCTPPDUsGoThereAndBackOneByOne() async throws {
        let server = try ServerEnd(at: .sctp(host: "127.0.0.1", port: 0))
        let client = try ClientEnd(LinkClientConfiguration(endpoints: [try await server.address()]))
        try await client.up()
        for number in 1..<100 as Range<UInt8> { client.client.send([number, number]) }
        for number in 1..<100 as Range<UInt8> { try await client.received([number, number]) }
        let longest = [UInt8](repeating: 0xA5, count: 65_535)
        client.client.send(longest)
        try await client.received(longest)
        try await client.stop()
        try await server.stop()
    }
}
