import ArgumentParser
import Logging
import Metrics
import ReaderMetrics
import ReaderService
import Telemetry

/// What looks at the daemon: its metrics, the endpoint that gives them, and the health rules.
struct Watch {
    let metrics: ReaderMetrics
    private let endpoint: MetricsEndpoint?

    /// Once in a process.
    /// - Throws: `MetricsEndpointError`.
    init(_ configuration: DaemonConfiguration, log: Logger) async throws {
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(registry)
        let metrics = ReaderMetrics(
            registry: registry, linkNames: configuration.links.map(\.name), build: Self.build)
        self.metrics = metrics
        _ = ProcessMetrics(prefix: "aiot_reader_", registry: registry)
        guard let settings = configuration.metrics else {
            endpoint = nil
            return
        }
        let endpoint = try await MetricsEndpoint(
            host: settings.host, port: settings.port, registry: registry, health: { metrics.health })
        log.notice("metrics at http://\(endpoint.address)/metrics")
        self.endpoint = endpoint
    }

    /// The part of a configuration that can change at any time: log and health rules.
    /// - Parameter tell: takes what a rule finds; nil: as before.
    func apply(_ configuration: DaemonConfiguration, tell: (@Sendable (HealthFinding) -> Void)? = nil) {
        ProgramLog.apply(configuration.log)
        metrics.setHealthRules(configuration.healthRules, tell: tell)
    }

    func stop() { endpoint?.stop() }

    private static var build: [(String, String)] {
        [("version", AIoTReaderCommand.configuration.version), ("swift", swiftVersion)]
    }

    private static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #else
            "6.3"
        #endif
    }
}
