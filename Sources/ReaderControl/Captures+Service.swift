import ServiceLifecycle

extension Captures: Service {
    /// Waits for the end of the service, and closes what is captured then; to be stopped after the daemon.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}
