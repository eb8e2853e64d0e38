import CoreLink
import Logging
import ServiceManager
import Settings

/// Reloads, one after the other: everything is found good before anything changes.
actor Reloader {
    private let plan: ReloadPlan
    /// What is in force.
    private var effective: EffectiveSettings
    private let links: [any AIoTFLink]
    private let credentials: ServiceCredentials
    private let inbox: LoopInbox
    private let log: Logger

    init(plan: ReloadPlan, links: [any AIoTFLink], credentials: ServiceCredentials, inbox: LoopInbox, log: Logger) {
        self.plan = plan
        effective = plan.effective
        self.links = links
        self.credentials = credentials
        self.inbox = inbox
        self.log = log
    }

    /// Nothing in it waits for anything but files.
    func reload() -> ReloadOutcome {
        guard !inbox.isStopping else { return .refused(reason: "the service is stopping") }
        inbox.put(.reloading)
        do {
            let (configuration, next) = try plan.load()
            let changed = next.changedKeys(from: effective)
            let fixed = changed.filter { !LiveSettings.isLive($0) }
            guard fixed.isEmpty else {
                return refused(
                    "\(fixed.joined(separator: ", ")) cannot change without a restart: restart, or put it back")
            }
            let deeds = try renewals(of: configuration) + [plan.prepare(configuration)]
            for deed in deeds { deed() }
            inbox.put(
                .reconfigure(
                    LiveConfiguration(
                        reader: configuration.reader, stopTimeout: configuration.stopTimeout,
                        readiness: configuration.readiness)))
            effective = next
            log.notice("reloaded; changed: \(changed.isEmpty ? "nothing" : changed.joined(separator: ", "))")
            return .applied(changed: changed)
        } catch {
            return refused("\(error)")
        }
    }

    /// The new certificates, read and checked.
    private func renewals(of configuration: DaemonConfiguration) throws -> [@Sendable () -> Void] {
        try zip(links, configuration.links).map { link, settings in
            try link.renewal(of: settings.tls?.resolved(by: credentials))
        }
    }

    private func refused(_ reason: String) -> ReloadOutcome {
        inbox.put(.reloadRefused(reason))
        log.error("reload refused, all is as it was: \(reason)")
        return .refused(reason: reason)
    }
}

extension TLSFiles {
    /// With paths in place of `credential:NAME`.
    func resolved(by credentials: ServiceCredentials) throws(CredentialMissing) -> TLSFiles {
        TLSFiles(
            certificate: try credentials.path(of: certificate), key: try credentials.path(of: key),
            authorities: try credentials.path(of: authorities), peerNames: peerNames)
    }
}
