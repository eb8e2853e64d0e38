import CoreLink
import Foundation
import Glibc
import Testing

/// Where a server listens, and what it says when it cannot.
@Suite(.timeLimit(.minutes(5))) struct ListeningTests {
    private func failure(_ address: LinkAddress) async throws -> String {
        let server = try ServerEnd(at: address)
        let error = await #expect(throws: LinkError.self) { try await server.ended() }
        return error?.description ?? ""
    }

    @Test func theSocketFileOfADeadServerIsReplaced() async throws {
        try await withFolder { folder in
            let path = folder + "/link"
            try Self.leaveDeadSocket(at: path)
            let server = try ServerEnd(at: .unix(path: path))
            let client = try ClientEnd(LinkClientConfiguration(endpoints: [try await server.address()]))
            try await client.up()
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o660)
            try await client.stop()
            try await server.stop()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    /// What a server that was killed leaves behind.
    private static func leaveDeadSocket(at path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
    }

    @Test func theSocketFileOfALiveServerIsInUse() async throws {
        try await withFolder { folder in
            let server = try ServerEnd(at: .unix(path: folder + "/link"))
            let address = try await server.address()
            #expect(try await failure(address).contains("is in use: stop the program that listens there"))
            let client = try ClientEnd(LinkClientConfiguration(endpoints: [address]))
            try await client.up()
            try await client.stop()
            try await server.stop()
        }
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
        try await withFolder { folder in
            try "mine".write(toFile: folder + "/link", atomically: true, encoding: .utf8)
            #expect(try await failure(.unix(path: folder + "/link")).contains("is a file that is no socket"))
            #expect(try String(contentsOfFile: folder + "/link", encoding: .utf8) == "mine")
        }
    }

    @Test func aPortInUseIsNamed() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0))
        #expect(try await failure(server.address()).contains("is in use: stop the program that listens there"))
        try await server.stop()
    }

    @Test func anAddressOfAnotherMachineIsNamed() async throws {
        #expect(try await failure(.tcp(host: "192.0.2.1", port: 0)).contains("is no address of this machine"))
    }

    @Test func aMissingFolderIsNamed() async throws {
        #expect(try await failure(.unix(path: "/nowhere/link")).contains("its folder is not there; make it"))
    }
}
