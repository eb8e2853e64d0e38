import AIoTBase

/// A burst with which a device came, and when it was known.
struct HeardBurst: Hashable, Sendable {
    var start: AirTime
    var end: AirTime
    /// When the last window of its frame was over.
    var windowsEnd: AirTime
    /// When the radio had told it.
    var told: AirTime
    /// When the loop took it up.
    var taken: AirTime
}
