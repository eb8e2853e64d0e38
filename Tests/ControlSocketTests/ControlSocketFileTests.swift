import ControlSocket
import Glibc
import Testing

@Suite struct ControlSocketFileTests {
    let folder: SocketFolder
    private var path: String { folder.socket }

    init() throws { folder = try SocketFolder() }

    @Test func othersMayNotConnect() async throws {
        let listener = try await folder.server().start()
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        await listener.close()
        #expect(access(path, F_OK) != 0)
    }

    @Test func aSocketInUseIsNotTakenAway() async throws {
        let first = try await folder.server().start()
        let failure = await #expect(throws: ControlSocketFailure.self) { try await folder.server().start() }
        #expect(failure?.reason == .inUse)
        #expect(failure?.description.contains("another kettle listens") == true)
        await first.close()
        await (try folder.server().start()).close()
    }

    @Test func theSocketOfOneThatHasDiedIsReplaced() async throws {
        close(try Self.bind(path))
        #expect(access(path, F_OK) == 0)
        await (try folder.server().start()).close()
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        let failure = await #expect(throws: ControlSocketFailure.self) { try await folder.server().start() }
        #expect(failure?.reason == .notASocket)
        #expect(access(path, F_OK) == 0)
    }

    @Test func whereNobodyListensThatIsSaidWithTheCommandThatMendsIt() throws {
        do {
            _ = try folder.client()
            Issue.record("connected to nobody")
        } catch let failure as ControlSocketFailure {
            #expect(failure.reason == .nobodyListens)
            #expect(failure.exitStatus == 69)
            #expect(failure.description.hasSuffix("start it with `kettle --at \(path)`"))
        }
    }

    @Test func aPathThatIsTooLongIsRefused() async throws {
        let long = "/" + String(repeating: "x", count: 200)
        #expect(throws: ControlSocketFailure(.pathTooLong, path: long, service: .tested)) {
            _ = try ControlClient(path: long, service: .tested)
        }
    }

    private static func bind(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        return descriptor
    }
}
