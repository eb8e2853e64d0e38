/// What the shell of a link has to do.
package enum LinkOrder: Hashable, Sendable {
    /// Connect to the endpoint at this place of the list; answer with `LinkInput.opened` or `.closed`.
    case open(transport: Int, endpoint: Int)
    /// Write a frame; empty for a probe.
    case send(transport: Int, [UInt8])
    /// Close the transport, or give up opening it. It is not reported.
    case close(transport: Int, reason: String)
    /// Tell the user.
    case tell(LinkEvent)
}
