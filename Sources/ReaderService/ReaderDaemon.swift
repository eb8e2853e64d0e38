import AIoTBase
import AIoTLink
import AIoTReader
package import CoreLink
package import Logging
package import RadioFrontEnd
import ServiceLifecycle
package import ServiceManager
import Spool

/// The reader as a service: a front end, links to AIoTFs, and the loop between them.
package struct ReaderDaemon: Service {
    private let configuration: DaemonConfiguration
    private let frontEnd: any RadioFrontEnd
    private let notifier: ServiceNotifier
    private let log: Logger
    private let observers: [any LoopObserver]
    private let inputs: AsyncStream<LoopArrival>
    private let inbox: LoopInbox
    private let links: [LinkClient]
    private let spool: Spool
    private let epochFile: EpochFile
    private let epoch: UInt16
    private let watchdog: ServiceWatchdog?
    private let reloader: Reloader?

    /// Opens the state directory and reads the certificates; connects to nothing yet.
    /// - Parameters:
    ///   - watchdog: how often the service manager wants to hear that the service lives; nil: it does not.
    ///   - credentials: where certificate files that are named `credential:NAME` are.
    ///   - reload: how it gets its configuration anew; nil: it does not.
    ///   - observers: told of all that the loop does.
    /// - Throws: `StateError`, `SpoolError`, `CredentialMissing`, or what the links find wrong with their files.
    package init(
        configuration: DaemonConfiguration, frontEnd: any RadioFrontEnd, notifier: ServiceNotifier,
        watchdog: ServiceWatchdog? = nil, credentials: ServiceCredentials = ServiceCredentials(folder: nil),
        reload: ReloadPlan? = nil, observers: [any LoopObserver] = [], log: Logger
    ) throws {
        self.configuration = configuration
        self.frontEnd = frontEnd
        self.notifier = notifier
        self.watchdog = watchdog
        self.log = log
        self.observers = observers
        let (inputs, continuation) = AsyncStream.makeStream(of: LoopArrival.self)
        self.inputs = inputs
        let inbox = LoopInbox(continuation)
        self.inbox = inbox
        let folder = configuration.stateDirectory
        epochFile = EpochFile(path: folder + "/epoch")
        epoch = try epochFile.read() &+ 1
        try epochFile.write(epoch)
        let (spool, recovery) = try Spool.open(folder: folder + "/spool", limitOctets: configuration.spoolLimitOctets)
        self.spool = spool
        if !recovery.damages.isEmpty {
            log.warning("spool: \(recovery)")
        } else if recovery.records > 0 {
            log.notice("spool: \(recovery)")
        }
        let links = try configuration.links.enumerated().map { place, link in
            var linkLog = log
            linkLog[metadataKey: "link"] = "\(link.name)"
            return try LinkClient(
                configuration: LinkClientConfiguration(
                    endpoints: link.endpoints, tls: link.tls?.resolved(by: credentials)),
                log: linkLog
            ) { inbox.put(.link(LinkID(place), $0)) }
        }
        self.links = links
        reloader = reload.map { Reloader(plan: $0, links: links, credentials: credentials, inbox: inbox, log: log) }
    }

    /// Takes the configuration and the certificate files as they are now: all of it, or nothing where anything is wrong or
    /// cannot change live. One reload after the other, for whoever asks.
    package func reload() async -> ReloadOutcome {
        await reloader?.reload() ?? .refused(reason: "this service has no configuration to read again: restart it")
    }

    /// No new inventories are taken from now on, or are again; from any thread.
    package func drain(_ isDraining: Bool) { inbox.put(.drain(isDraining)) }

    /// Has those who look at the loop told the facts as soon as it comes to that; from any thread.
    package func ask() { inbox.put(.ask) }

    /// Takes what a health rule has found; from any thread.
    package func tell(_ finding: HealthFinding) { inbox.put(.health(finding)) }

    /// Serves until the service group shuts down gracefully, or the state directory fails.
    /// - Throws: `HealthRestart` where a health rule has ended it, in good order.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for link in links { group.addTask { try await link.run() } }
            defer {
                group.cancelAll()
                frontEnd.stop()
                spool.close()
            }
            try await withGracefulShutdownHandler {
                try await runLoop()
            } onGracefulShutdown: {
                inbox.stop()
            }
        }
    }

    private func runLoop() async throws {
        let inbox = inbox
        var reader = configuration.reader
        reader.identity.epoch = epoch
        var loop = ReaderLoop(
            configuration: reader,
            shells: .init(
                frontEnd: frontEnd, links: links, linkNames: configuration.links.map(\.name), spool: spool,
                epochFile: epochFile, log: log, now: inbox.now, put: inbox.put, manager: notifier.tell,
                observers: observers),
            stopTimeout: configuration.stopTimeout, readiness: configuration.readiness)
        log.info(
            "starting: front end \(frontEnd.name), links \(configuration.links.map(\.name).joined(separator: ", "))")
        loop.tellStatus()
        frontEnd.start(clock: inbox.now) { inbox.put(.radio($0)) }
        var alarm = Alarm { inbox.put(.tick) }
        let interval = min(watchdog?.intervalMicroseconds ?? 1_000_000, 1_000_000)
        let pulse = Task { await inbox.pulse(every: .microseconds(interval)) }
        defer {
            alarm.set(for: nil)
            pulse.cancel()
        }
        for await arrival in inputs {
            let deadline = try loop.handle(arrival.input, told: arrival.time)
            if loop.isFinished { break }
            if case .pulse = arrival.input { inbox.pulseTaken() }
            alarm.set(for: deadline.map { inbox.instant($0) })
        }
        log.info("stopped")
        if let restart = loop.restart { throw restart }
    }
}

extension ReaderDaemon: CustomStringConvertible {
    /// What the log of the services calls it: no configuration stands there.
    package var description: String { "reader" }
}

extension LinkClient: AIoTFLink {}
