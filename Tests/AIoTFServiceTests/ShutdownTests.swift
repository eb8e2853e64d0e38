import AIoTFService
import ControlSocket
import GRDB
import Logging
import Testing

/// The end of the service.
@Suite struct ShutdownTests {
    @Test func aServiceWhoseStoreIsLockedEndsInTime() async throws {
        let fixture = try StoreFixture()
        try fixture.open().provision(try StoreFixture.provisioning(1), replaces: false)
        var settings = AIoTFSettings()
        settings.store = fixture.path
        settings.listen = ["unix:\(fixture.folder.file("link"))"]
        settings.control = fixture.folder.file("control")
        let service = try AIoTFService(
            settings: settings, masterKey: fixture.masterKey,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try? await service.run() }
        var client = try await Self.client(fixture.folder.file("control"))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        try client.send(ControlRequest(#"{"request":"inventory","all":true}"#.utf8))
        #expect(try client.line(within: 1_000) == .timeOut)
        let start = ContinuousClock.now
        running.cancel()
        await running.value
        #expect(ContinuousClock.now - start < .seconds(3))
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }

    private static func client(_ path: String) async throws -> ControlClient {
        for _ in 0..<500 {
            if let client = try? ControlClient(path: path) { return client }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try ControlClient(path: path)
    }
}
