/// What happened to a link's transports, or what its user wants.
///
/// A transport is named by the number that `LinkOrder.open` gave it. What comes for one that is closed is ignored.
package enum LinkInput: Hashable, Sendable {
    /// The link shall come up.
    case started
    /// The link shall end; nothing follows but its last orders.
    case stopped
    /// The transport stands, with its TLS handshake done.
    case opened(transport: Int)
    /// The transport could not be had, or ended. The text names the cause and the remedy.
    case closed(transport: Int, reason: String)
    /// A whole frame; empty for a probe's answer.
    case received(transport: Int, [UInt8])
    /// Exchanges are in flight (or no longer): no return to a preferred endpoint now.
    case busyChanged(Bool)
    /// The transport's queue passed its high mark, or fell under the low one.
    case queueFilled(Bool)
    /// More waits to be taken from the current transport's queue than it holds.
    case queueOverflowed
    /// Nothing happened but that time passed.
    case timePassed
}
