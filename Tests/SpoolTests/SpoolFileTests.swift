import Foundation
import Glibc
import Spool
import Synchronization
import Testing

/// The spool on real files.
@Suite struct SpoolFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spool-\(UUID())").path

    /// Appends and waits for the outcome.
    private func append(_ payload: [UInt8], to spool: Spool) async -> Result<UInt64, SpoolError> {
        await withCheckedContinuation { continuation in
            spool.append(owner: [1], payload: payload) { continuation.resume(returning: $0) }
        }
    }

    /// Opens the spool, gives it to `body`, closes it.
    private func withSpool(
        limit: Int = 1 << 20, in folder: String? = nil, _ body: (Spool, SpoolRecovery) async throws -> Void
    ) async throws {
        let (spool, recovery) = try Spool.open(folder: folder ?? self.folder, limitOctets: limit)
        defer { spool.close() }
        try await body(spool, recovery)
    }

    private func clean() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test func recordsOutliveTheProcessAndRemovedOnesDoNot() async throws {
        defer { clean() }
        try await withSpool { spool, recovery in
            #expect(recovery.records == 0)
            for octet in 1...3 as ClosedRange<UInt8> {
                #expect(await append([octet], to: spool) == .success(UInt64(octet)))
            }
            spool.remove([2])
        }
        let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions]
        #expect(mode as? Int == 0o700)
        try await withSpool { spool, recovery in
            #expect(recovery.records == 2)
            #expect(recovery.damages.isEmpty)
            #expect(spool.pending(owner: [1]).map(\.payload) == [[1], [3]])
            #expect(spool.pending(owner: [2]).isEmpty)
        }
    }

    @Test func everyAppendOfManyThreadsIsCompletedOnceAndCloseWaitsForAll() async throws {
        defer { clean() }
        let completed = Book()
        try await withSpool { spool, _ in
            DispatchQueue.concurrentPerform(iterations: 4) { task in
                for octet in 0..<250 as Range<UInt8> {
                    spool.append(owner: [UInt8(task)], payload: [octet]) { result in
                        if case .success(let sequence) = result { completed.add(sequence) }
                    }
                }
            }
        }
        #expect(completed.sequences.sorted() == Array(1...1_000))
        try await withSpool { spool, _ in
            for task in 0..<4 as Range<UInt8> {
                #expect(spool.pending(owner: [task]).map(\.payload) == (0..<250).map { [$0] })
            }
        }
    }

    @Test func aSecondSpoolInTheSameFolderIsRefusedUntilTheFirstIsClosed() async throws {
        defer { clean() }
        try await withSpool { _, _ in
            #expect(throws: SpoolError.locked(path: folder)) { try Spool.open(folder: folder, limitOctets: 100) }
        }
        try await withSpool { _, _ in }
    }

    @Test func aFolderOfSomethingElseIsNotTouched() throws {
        defer { clean() }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/passwd"
        #expect(FileManager.default.createFile(atPath: file, contents: Data()))
        #expect(throws: SpoolError.notASpool(path: file)) { try Spool.open(folder: folder, limitOctets: 100) }
        #expect(throws: SpoolError.notASpool(path: file)) { try Spool.open(folder: file, limitOctets: 100) }
        #expect(throws: SpoolError.io(errno: ENOENT, operation: "mkdir", path: "\(folder)/a/b")) {
            try Spool.open(folder: "\(folder)/a/b", limitOctets: 100)
        }
    }

    @Test func garbageBehindTheRecordsIsCutOffAndReported() async throws {
        defer { clean() }
        try await withSpool { spool, _ in _ = await append([7], to: spool) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(names.first { $0.hasSuffix(".spool") })
        let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/\(name)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 100))
        try handle.close()
        try await withSpool { spool, recovery in
            #expect(recovery.damages.map(\.octets) == [100])
            #expect(spool.pending(owner: [1]).map(\.payload) == [[7]])
        }
        #expect(FileManager.default.fileExists(atPath: "\(folder)/damaged"))
    }

    @Test func afterCloseAppendsFail() async throws {
        defer { clean() }
        let (spool, _) = try Spool.open(folder: folder, limitOctets: 1_000)
        spool.close()
        spool.close()
        #expect(await append([1], to: spool) == .failure(.closed))
    }

    private final class Book: Sendable {
        private let list = Mutex<[UInt64]>([])

        var sequences: [UInt64] { list.withLock { $0 } }

        func add(_ sequence: UInt64) {
            list.withLock { $0.append(sequence) }
        }
    }

    /// Fills the disk, then makes room; at no time is anything lost.
    private func fill(_ folder: String, makeRoom: () throws -> Void) async throws {
        let payload = [UInt8](repeating: 1, count: 20_000)
        var kept: [UInt64] = []
        try await withSpool(in: folder) { spool, _ in
            var failure: SpoolError?
            while failure == nil, kept.count < 100 {
                switch await append(payload, to: spool) {
                case .success(let sequence): kept.append(sequence)
                case .failure(let error): failure = error
                }
            }
            guard case .noSpace = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(!kept.isEmpty)
            #expect(spool.pending(owner: [1]).map(\.sequence) == kept)
            try makeRoom()
            kept.append(try await append(payload, to: spool).get())
            #expect(spool.status.lastError == nil)
        }
        try await withSpool(in: folder) { spool, recovery in
            #expect(spool.pending(owner: [1]).map(\.sequence) == kept)
            #expect(recovery.damages.isEmpty)
        }
    }

    /// The limit holds for a process and all that is tested in it, so it is given to one of its own.
    @Test func aLimitOfTheSizeOfFilesIsAFullDisk() throws {
        defer { clean() }
        let process = ChildProcess.running("SpoolFileTests/limited", argument: folder)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
        #expect(FileManager.default.fileExists(atPath: folder), "the child ran no test")
    }

    @Test(.enabled(if: ChildProcess.argument != nil, "a part of the test before it"))
    func limited() async throws {
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
        var before = rlimit()
        #expect(getrlimit(resource, &before) == 0)
        var small = rlimit(rlim_cur: 300_000, rlim_max: before.rlim_max)
        #expect(setrlimit(resource, &small) == 0)
        try await fill(try #require(ChildProcess.argument)) { #expect(setrlimit(resource, &before) == 0) }
    }

    /// Whether a small file system can be mounted here: as root, and where that is permitted.
    private static let canMount: Bool = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("spool-probe-\(UUID())").path
        guard mkdir(path, 0o700) == 0 else { return false }
        defer { rmdir(path) }
        return mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0 && umount(path) == 0
    }()

    @Test(.enabled(if: canMount, "SKIPPED: no file system can be mounted here, run as root to test a full disk"))
    func aFullDiskLosesNothingAndIsOfUseAgainWhenThereIsRoom() async throws {
        #expect(mkdir(folder, 0o700) == 0)
        #expect(mount("tmpfs", folder, "tmpfs", 0, "size=512k,mode=700") == 0)
        defer {
            umount(folder)
            rmdir(folder)
        }
        try await fill(folder + "/spool") {
            #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=4m,mode=700") == 0)
        }
    }
}
