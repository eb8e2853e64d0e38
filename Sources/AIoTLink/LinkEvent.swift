/// What a link tells its user.
package enum LinkEvent: Hashable, Sendable {
    /// A transport to the endpoint stands: send the NG Setup Request now.
    case connected(endpoint: Int)
    /// The AIoTF accepted the NG Setup; comes before the `.received` of its response.
    case up(aiotfIdentifier: [UInt8], probes: Bool)
    /// A PDU. Each counts against the credit until `processed()`.
    case received([UInt8])
    /// The peer has processed everything that was sent with a number up to this one over this connection.
    case confirmed(upTo: UInt64)
    /// The peer reads or answers slowly: start no new rounds. A link that comes up is not congested.
    case congested(Bool)
    /// There is no link; names the cause and the remedy. Comes for every attempt that fails, too, so not only after
    /// `.connected`. What was sent and not confirmed by now never will be.
    case down(reason: String)
}
