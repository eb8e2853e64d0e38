import AIoTFService
import ArgumentParser
import CoreLink
import Glibc
import ServiceLifecycle
import UnixSignals

struct AIoTFServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves readers until SIGTERM or SIGINT; SIGHUP reloads the certificates.",
        discussion: """
            The configuration file has these keys: listen, store, key-file, control, trace, identifier, name, plmn, and \
            tls with certificate, key, authorities and peer-names. What is given as an option goes before it.
            """)

    @OptionGroup var store: StoreOptions

    @Option(
        help:
            "An address to listen at: tls://HOST:PORT, unix:/PATH, sctp://HOST:PORT, tcp://127.0.0.1:PORT; repeatable.")
    var listen: [String] = []

    @Option(help: "PEM file of this side's certificate, and of those between it and the authority.")
    var certificate: String?

    @Option(help: "PEM file of its private key.")
    var privateKey: String?

    @Option(help: "PEM file of the authorities that sign the readers' certificates.")
    var authorities: String?

    @Option(help: "A name that a reader's certificate may have; repeatable. (default: any)")
    var peerName: [String] = []

    @Option(help: "The control socket, for `aiotf inventory` and others.")
    var control: String?

    @Option(help: "A file for a line on each PDU that is handled; `trace join` puts it and a reader's trace together.")
    var trace: String?

    @Option(help: "The AIOTFIdentifier, in hexadecimal. (default: a1)")
    var aiotfId: HexOption?

    @Option(help: "What is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel = LogLevelOption.info

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        let log = ProgramLog.make(level: logLevel)
        do {
            let settings = try settings()
            let service = try AIoTFService(settings: settings, masterKey: try settings.masterKey(), log: log)
            var configuration = ServiceGroupConfiguration(
                services: [
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: HangUp(hangUps) { service.reload() }),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: ProgramLog.ofServices(log))
            // No limit of cancellation, which would trap: the loop never waits longer than for a lock, 0.5 s.
            configuration.maximumGracefulShutdownDuration = .seconds(5)
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as LinkError {
            Console.report(error.description)
            throw Ending.unavailable
        } catch {
            throw reportedStatus(of: error)
        }
    }

    private func settings() throws -> AIoTFSettings {
        var settings = try store.settings()
        if !listen.isEmpty { settings.listen = listen }
        if let certificate { settings.certificate = certificate }
        if let privateKey { settings.privateKey = privateKey }
        if let authorities { settings.authorities = authorities }
        if !peerName.isEmpty { settings.peerNames = peerName }
        if let control { settings.control = control }
        if let trace { settings.trace = trace }
        if let aiotfId { settings.identifier = aiotfId.octets }
        return settings
    }
}
