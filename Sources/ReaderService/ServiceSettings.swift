package import Logging

/// What is logged and how.
package struct LogSettings: Hashable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        /// Native fields where standard error is the journal, else text.
        case auto
        case text
        case json
        case journal
    }

    package var level = Logger.Level.info
    package var format = Format.auto
    /// IDs and protected values may stand in the log; keys never do.
    package var showsProtected = false

    package init() {}
}

/// Where Prometheus finds the metrics.
package struct MetricsSettings: Hashable, Sendable {
    package var host = "127.0.0.1"
    package var port = 9_465
}

/// When the service manager is told that the service is ready.
package struct Readiness: Hashable, Sendable {
    package enum FrontEnd: String, CaseIterable, Sendable {
        /// Frames can go on the air.
        case usable
        /// Whatever its state.
        case any
    }

    package enum Links: String, CaseIterable, Sendable {
        case none
        case any
        case all
    }

    package var frontEnd = FrontEnd.usable
    package var links = Links.none
}

/// A counter that must not grow faster than it may.
package struct HealthRule: Hashable, Sendable {
    package enum Deed: String, CaseIterable, Sendable {
        case log
        /// The service goes on, and says everywhere that it is degraded.
        case degrade
        /// The service ends, for the service manager to start it anew.
        case restart
    }

    package var name: String
    /// A counter as the metrics have it, with labels or (all of them together) without.
    package var counter: String
    /// The growth within the window that is too much.
    package var above: Double
    package var windowSeconds: Int
    package var deed: Deed

    package init(name: String, counter: String, above: Double, windowSeconds: Int, deed: Deed) {
        self.name = name
        self.counter = counter
        self.above = above
        self.windowSeconds = windowSeconds
        self.deed = deed
    }
}

/// Where the records of exchanges go.
package struct TraceSettings: Hashable, Sendable {
    package enum Format: String, CaseIterable, Sendable {
        /// A JSON object a line for each exchange.
        case jsonl
        /// For about:tracing and Perfetto.
        case chrome
    }

    package var path: String
    package var format = Format.jsonl
    package var limitOctets = 1_073_741_824
}
