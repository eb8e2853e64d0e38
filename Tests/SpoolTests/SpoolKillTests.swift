import Foundation
import Glibc
import Spool
import Testing

/// A process of its own appends as fast as it can and is killed.
@Suite(.serialized) struct SpoolKillTests {
    /// The victim: notes each acknowledged payload in a file beside the spool, in one write.
    @Test(.enabled(if: ChildProcess.argument != nil, "the process that is killed by the next test"))
    func victim() throws {
        let folder = try #require(ChildProcess.argument)
        let notes = open("\(folder)/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let (spool, _) = try Spool.open(folder: "\(folder)/spool", limitOctets: 1 << 20)
        var number = UInt64(getpid()) << 32
        let parent = getppid()
        while getppid() == parent {
            number += 1
            let payload = withUnsafeBytes(of: number) { Array($0) } + [UInt8](repeating: 7, count: Int(number % 300))
            let slots = DispatchSemaphore(value: 0)
            spool.append(owner: [1], payload: payload) { result in
                if case .success = result { _ = payload.withUnsafeBytes { write(notes, $0.baseAddress, 8) } }
                slots.signal()
            }
            if number % 8 == 0 { slots.wait() }
        }
    }

    private func kill(in folder: String, after wait: Duration) async throws {
        let before = noted(in: folder).count
        let process = ChildProcess.running("SpoolKillTests/victim", argument: folder)
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, noted(in: folder).count == before { try await Task.sleep(for: .milliseconds(2)) }
        try await Task.sleep(for: wait)
        #expect(process.isRunning, "the victim ended by itself")
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private func noted(in folder: String) -> [[UInt8]] {
        let octets = FileManager.default.contents(atPath: "\(folder)/acknowledged").map { [UInt8]($0) } ?? []
        return stride(from: 0, to: octets.count / 8 * 8, by: 8).map { Array(octets[$0..<$0 + 8]) }
    }

    @Test(.enabled(if: ChildProcess.argument == nil))
    func whatWasAcknowledgedOutlivesKill9() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spool-kill-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var removed: Set<[UInt8]> = []
        for round in 0..<20 {
            try await kill(in: folder, after: .microseconds(round * 937))
            let (spool, recovery) = try Spool.open(folder: "\(folder)/spool", limitOctets: 1 << 20)
            let pending = spool.pending(owner: [1])
            let found = pending.map { Array($0.payload.prefix(8)) }
            #expect(Set(noted(in: folder)).subtracting(removed).isSubset(of: found), "acknowledged and lost")
            #expect(Set(found).count == found.count, "twice")
            #expect(removed.isDisjoint(with: found), "removals before a clean close are kept")
            #expect(pending.allSatisfy { $0.payload.dropFirst(8).allSatisfy { $0 == 7 } }, "invented: \(recovery)")
            let out = pending.shuffled().prefix(pending.count * 2 / 3)
            spool.remove(out.map(\.sequence))
            removed.formUnion(out.map { Array($0.payload.prefix(8)) })
            spool.close()
        }
        #expect(removed.count > 20, "the victims did something")
    }
}
