package import AIoTBase

/// How this AIoTF works.
package struct AIoTFConfiguration: Hashable, Sendable {
    package var aiotfIdentifier: [UInt8] = [0xA1]
    package var name = "aiotf-1"
    /// 3 octets.
    package var plmn: [UInt8] = [0x00, 0xF1, 0x10]
    /// Inventory Requests for one order at one reader at most; those for single members that a group paging missed do
    /// not count, nor those that a reader gave up after it had found somebody new.
    package var largestAttempts = 6
    /// Group requests in a row that find nobody new before the group counts as searched.
    package var largestFruitless = 2
    /// Members paged singly at most, when a group's pagings did not reach them.
    package var largestSingles = 32
    /// How long a request may go without an accepted answer before it is released.
    package var guardTime = AirDuration.milliseconds(600_000)
    /// How long the answer to a Release Command is waited for.
    package var releaseTime = AirDuration.milliseconds(10_000)
    /// How long an order that could end waits for a reader that has had a request of it and is away, maybe with devices in
    /// its spool (*ours*).
    package var returnTime = AirDuration.milliseconds(10_000)
    /// Pause before a reader that could not take a request on is asked again.
    package var retryPause = AirDuration.milliseconds(1_000)
    /// Orders that may wait for a reader.
    package var queueLimit = 64
    /// Access responses of one request that may open a session.
    package var sessionLimit = 65_536
    /// Requests remembered that a reader may still have: its link was lost, or this AIoTF has restarted since.
    package var orphanLimit = 256
    /// Readers that may be connected, and that one order asks.
    package var readerLimit = 1_024

    package init() {}
}
