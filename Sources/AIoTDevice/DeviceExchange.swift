import AIoTBase
import AIoTMac

/// What a device knows of the exchange that its access response began.
struct DeviceExchange: Sendable {
    /// How it got to the channel.
    let access: AccessMode
    /// Its random ID in contention: echoed in CBRA, the first two octets of nonce2 in direct access.
    let randomID: RandomID?
    /// Given by the Random ID Response, the paging of CFRA, or in direct access by the answer.
    var asID: ASID?
    /// The NAS PDU that goes out, kept for further segments and repeats; empty once it was acknowledged.
    var sdu: [UInt8]
    /// Nothing but the access response has been sent.
    var isAtAccessResponse = true
    /// The last segment that was sent announced another.
    var hasMoreData = false
    var isAcknowledged = false
}
