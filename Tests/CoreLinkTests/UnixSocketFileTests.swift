import CoreLink
import Foundation
import Glibc
import Testing

/// Who may take a path for a Unix socket, and who removes it.
@Suite struct UnixSocketFileTests {
    private func claim(_ path: String) throws -> UnixSocketFile { try UnixSocketFile.claim(path, mode: 0o600) }

    @Test func theFileHasItsModeAndGoesWithItsServer() async throws {
        try await withFolder { folder in
            let file = try claim(folder + "/s")
            defer { close(file.descriptor) }
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/s")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            file.release()
            #expect(!FileManager.default.fileExists(atPath: folder + "/s"))
        }
    }

    @Test func aPathOfALiveServerIsInUseAndOfADeadOneFree() async throws {
        try await withFolder { folder in
            let first = try claim(folder + "/s")
            #expect(throws: UnixSocketFailure.inUse) { try claim(folder + "/s") }
            close(first.descriptor)
            let second = try claim(folder + "/s")
            close(second.descriptor)
        }
    }

    /// Its connections wait for it, so a test that waits with them would never end.
    @Test func aServerThatAcceptsNobodyIsInUse() async throws {
        try await withFolder { folder in
            let file = try claim(folder + "/s")
            defer { close(file.descriptor) }
            #expect(listen(file.descriptor, 0) == 0)
            for _ in 0..<3 { #expect(throws: UnixSocketFailure.inUse) { try claim(folder + "/s") } }
        }
    }

    @Test func whoComesLaterKeepsItsFile() async throws {
        try await withFolder { folder in
            let first = try claim(folder + "/s")
            defer { close(first.descriptor) }
            unlink(folder + "/s")
            let second = try claim(folder + "/s")
            defer { close(second.descriptor) }
            first.release()
            #expect(FileManager.default.fileExists(atPath: folder + "/s"))
            second.release()
        }
    }

    @Test func whatIsNoSocketOrTooLongIsRefused() async throws {
        try await withFolder { folder in
            try "mine".write(toFile: folder + "/s", atomically: true, encoding: .utf8)
            #expect(throws: UnixSocketFailure.notASocket) { try claim(folder + "/s") }
            #expect(try String(contentsOfFile: folder + "/s", encoding: .utf8) == "mine")
            #expect(throws: UnixSocketFailure.pathTooLong) { try claim("/" + String(repeating: "a", count: 107)) }
            #expect(throws: UnixSocketFailure.system(ENOENT)) { try claim(folder + "/nowhere/s") }
        }
    }
}
