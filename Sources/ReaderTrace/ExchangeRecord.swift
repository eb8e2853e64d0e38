package import AIoTBase

/// What one exchange spent its time on: the record of a trace.
package struct ExchangeRecord: Hashable, Sendable {
    /// RAN-AIOT-Device-NGAP-ID.
    package var exchange: UInt32
    /// Transaction ID on the air, 0 to 15.
    package var inventory: UInt8
    /// AIoT-CorrelationIdentifier, where a message of the exchange has told it.
    package var correlation: Int?
    /// cbra, direct or cfra.
    package var access: String
    /// acknowledged, or why it was closed.
    package var outcome: String
    /// A command for a device whose exchange stands in a record before this one.
    package var continues: Bool
    /// Command Requests that went on the air.
    package var commands: Int
    /// Bursts that were due and did not come.
    package var missed: Int
    /// One after the other without a hole: their sum is the total.
    package var stages: [TraceStage]
    /// What happened beside the stages.
    package var overlaps: [TraceStage]
    /// CLOCK_MONOTONIC and the wall clock (UTC since 1970) at the beginning of the sample clock, nanoseconds.
    package var clockOrigin: Int64?
    package var wallOrigin: Int64?

    package init(
        exchange: UInt32, inventory: UInt8, correlation: Int?, access: String, outcome: String, continues: Bool,
        commands: Int, missed: Int, stages: [TraceStage], overlaps: [TraceStage], clockOrigin: Int64? = nil,
        wallOrigin: Int64? = nil
    ) {
        self.exchange = exchange
        self.inventory = inventory
        self.correlation = correlation
        self.access = access
        self.outcome = outcome
        self.continues = continues
        self.commands = commands
        self.missed = missed
        self.stages = stages
        self.overlaps = overlaps
        self.clockOrigin = clockOrigin
        self.wallOrigin = wallOrigin
    }

    package var start: AirTime { stages.first?.start ?? .zero }
    package var end: AirTime { stages.last?.end ?? .zero }
    package var total: AirDuration { end - start }
}
