import RadioFrontEnd

/// Decides whether the service manager may be told that the service lives: its loop turns, or it would not be asked, and
/// samples flow.
struct WatchdogGuard {
    private var fed: SampleFlow?

    /// Whether to feed the watchdog now.
    ///
    /// A box that is not there is known and waited for; a box whose samples have stopped is not, and a new start may bring it
    /// back. `flow` has to have moved in both directions since the watchdog was fed last.
    /// - Parameter flow: nil: the front end has no streams.
    mutating func mayFeed(_ state: RadioState, _ flow: SampleFlow?) -> Bool {
        switch state {
        case .absent, .denied, .opening: break
        case .stalled: return flow == nil
        case .ready, .degraded:
            if let flow, let fed, flow.received == fed.received || flow.transmitted == fed.transmitted { return false }
        }
        fed = flow
        return true
    }
}
