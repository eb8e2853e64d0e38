import AIoTBase
import AIoTReader

/// What of a configuration a running loop takes.
struct LiveConfiguration: Sendable {
    var reader: ReaderConfiguration
    var stopTimeout: AirDuration
    var readiness: Readiness
}

/// Which settings a running daemon takes anew.
enum LiveSettings {
    private static let roots: Set<String> = ["air", "limits", "log", "health", "ready", "stop-timeout-ms", "tls"]

    /// - Parameter key: dotted, as `EffectiveSettings` has it: `air.max-rounds`, `links[0].tls.key`, `links.0.tls.key`.
    static func isLive(_ key: String) -> Bool {
        let parts = key.split { $0 == "." || $0 == "[" || $0 == "]" }
        guard let root = parts.first else { return false }
        if root == "links" { return parts.count >= 3 && parts[2] == "tls" }
        return roots.contains(String(root))
    }
}
