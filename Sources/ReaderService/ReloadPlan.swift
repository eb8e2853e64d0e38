package import Settings

/// How a running daemon gets its configuration anew.
package struct ReloadPlan: Sendable {
    /// What is in force.
    package var effective: EffectiveSettings
    /// Reads the configuration, and checks all that can be checked without the boxes.
    package var load: @Sendable () throws -> (DaemonConfiguration, EffectiveSettings)
    /// Checks what others than the daemon take of a configuration (the log, health rules), and gives what puts it into force.
    package var prepare: @Sendable (DaemonConfiguration) throws -> @Sendable () -> Void

    package init(
        effective: EffectiveSettings, load: @escaping @Sendable () throws -> (DaemonConfiguration, EffectiveSettings),
        prepare: @escaping @Sendable (DaemonConfiguration) throws -> @Sendable () -> Void = { _ in {} }
    ) {
        self.effective = effective
        self.load = load
        self.prepare = prepare
    }
}

/// What came of a reload.
package enum ReloadOutcome: Hashable, Sendable {
    /// In force, with the keys that had changed; certificates were read again.
    case applied(changed: [String])
    /// All is as it was.
    case refused(reason: String)
}
