import AIoTBase

/// What came of a frame that was for an exchange.
struct ToldFrame: Sendable {
    var id: UInt64
    /// The R2D frame on the air.
    var start: AirTime
    var end: AirTime
    /// The exchange's burst, where one was decoded.
    var burst: (start: AirTime, end: AirTime)?
    /// Whether a burst of this exchange was due.
    var hasWindow: Bool
    var windowsEnd: AirTime
    var told: AirTime
}
