package import AIoTBase
package import AIoTReader
package import CoreLink
package import Settings

/// What the daemon is told by its configuration file; the front end is the program's own part of it.
package struct DaemonConfiguration: Sendable {
    /// A link: one AIoTF, reached at the first of its endpoints that serves.
    package struct Link: Hashable, Sendable {
        package var name: String
        /// The most preferred first.
        package var endpoints: [LinkAddress]
        package var tls: TLSFiles?
    }

    /// Its `limits` are the tighter of the region's and the operator's.
    package var reader = ReaderConfiguration()
    /// nil: whatever does not transmit needs none.
    package var region: Region?
    package var links: [Link] = []
    /// Holds the epoch and the spool.
    package var stateDirectory = "/var/lib/aiot-reader"
    package var spoolLimitOctets = 16_777_216
    /// How long exchanges in flight may take when the service ends.
    package var stopTimeout = AirDuration.milliseconds(50)
    /// The longest `stopTimeout`.
    package static let longestStop = AirDuration.milliseconds(60_000)
    package var log = LogSettings()
    package var metrics: MetricsSettings?
    /// The socket over which a running daemon is asked and told; nil: there is none.
    package var controlSocket: String?
    package var readiness = Readiness()
    package var healthRules: [HealthRule] = []
    package var trace: TraceSettings?

    /// Reads what the daemon needs from the top of a settings file; problems are left in `root` for `finish` to throw.
    /// - Parameters:
    ///   - sampleRateHz: of the front end.
    ///   - runtimeDirectory: where the service manager wants sockets, if it does.
    package init(_ root: SettingsMapping, sampleRateHz: Double? = nil, runtimeDirectory: String? = nil) {
        if let sampleRateHz { reader.sampleRateHz = sampleRateHz }
        readIdentity(root.section("reader"))
        readAir(root.section("air"), root)
        readLimits(root)
        readLinks(root)
        readState(root, runtimeDirectory)
        readWatching(root)
    }
}
