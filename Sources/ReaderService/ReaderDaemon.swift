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

    /// Opens the state directory and reads the certificates; connects to nothing yet.
    /// - Parameter observers: told of all that the loop does.
    /// - Throws: `StateError`, `SpoolError`, or what the links find wrong with their files.
    package init(
        configuration: DaemonConfiguration, frontEnd: any RadioFrontEnd, notifier: ServiceNotifier,
        observers: [any LoopObserver] = [], log: Logger
    ) throws {
        self.configuration = configuration
        self.frontEnd = frontEnd
        self.notifier = notifier
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
        links = try configuration.links.enumerated().map { place, link in
            var linkLog = log
            linkLog[metadataKey: "link"] = "\(link.name)"
            return try LinkClient(
                configuration: LinkClientConfiguration(endpoints: link.endpoints, tls: link.tls), log: linkLog
            ) { inbox.put(.link(LinkID(place), $0)) }
        }
    }

    /// Reads the certificate files again, for connections to come; what cannot be read stays as it was.
    package func reload() {
        for (link, settings) in zip(links, configuration.links) {
            do {
                try link.reloadCertificates()
                if settings.tls != nil { log.info("link \(settings.name): certificates read again") }
            } catch {
                log.error("link \(settings.name): the certificates stay as they were: \(error)")
            }
        }
    }

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
                notifier.stopping()
                inbox.put(.stop)
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
                epochFile: epochFile, log: log, now: inbox.now, put: inbox.put, status: notifier.status,
                observers: observers),
            stopTimeout: configuration.stopTimeout)
        frontEnd.start(clock: inbox.now) { inbox.put(.radio($0)) }
        notifier.ready(status: "front end \(frontEnd.name); links connecting")
        log.info(
            "serving: front end \(frontEnd.name), links \(configuration.links.map(\.name).joined(separator: ", "))")
        var alarm = Alarm { inbox.put(.tick) }
        let pulse = Task { await inbox.pulse() }
        defer {
            alarm.set(for: nil)
            pulse.cancel()
        }
        for await arrival in inputs {
            let deadline = try loop.handle(arrival.input, told: arrival.time)
            if loop.isFinished { break }
            alarm.set(for: deadline.map { inbox.instant($0) })
        }
        log.info("stopped")
        if let restart = loop.restart {
            notifier.stopping()
            throw restart
        }
    }
}

extension LinkClient: AIoTFLink {}
