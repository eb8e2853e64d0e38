import AIoTBase
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import ServiceManager
import Synchronization
import Testing

@testable import ReaderService

/// A daemon with a loop that hangs: the watchdog is not fed by anything else.
@Suite(.timeLimit(.minutes(1)))
struct DaemonWatchdogTests {
    /// Hangs in the loop while it is told to.
    private final class Hanging: LoopObserver {
        private let hangs = Mutex(false)
        let hanging = Atomic(false)

        func set(_ isHanging: Bool) { hangs.withLock { $0 = isHanging } }

        func see(_ sight: LoopSight, at now: AirTime) {
            guard case .pulse = sight else { return }
            while hangs.withLock({ $0 }) {
                hanging.store(true, ordering: .relaxed)
                usleep(1_000)
            }
            hanging.store(false, ordering: .relaxed)
        }
    }

    @Test func whereTheLoopHangsTheWatchdogIsNotFed() async throws {
        let folder = try TemporaryFolder()
        let ear = try NotifySocket(path: folder.path + "/notify")
        let hanging = Hanging()
        var configuration = DaemonConfiguration()
        configuration.stateDirectory = folder.path
        configuration.readiness.frontEnd = .any
        let daemon = try ReaderDaemon(
            configuration: configuration, frontEnd: RadioDouble(deeds: Deeds()),
            notifier: ServiceNotifier(address: folder.path + "/notify"),
            watchdog: ServiceWatchdog(microseconds: "60000", process: nil, own: 1), observers: [hanging],
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(services: [daemon], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        while ear.take().count(where: { $0 == "WATCHDOG=1" }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        hanging.set(true)
        while !hanging.hanging.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(5)) }
        _ = ear.take()
        try await Task.sleep(for: .milliseconds(300))
        #expect(ear.take() == [], "fifteen times as long as a pulse takes")
        hanging.set(false)
        while ear.take().count(where: { $0 == "WATCHDOG=1" }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(ear.take().contains { $0.hasPrefix("STOPPING=1") })
    }
}

/// What a service manager would hear.
private struct NotifySocket {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        try #require(octets.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(2 + octets.count)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(status == 0)
    }

    /// What came since the last look.
    func take() -> [String] {
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }
}
