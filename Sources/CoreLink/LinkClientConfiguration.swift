package import AIoTLink

/// What a `LinkClient` is made with.
package struct LinkClientConfiguration: Sendable {
    /// Where one AIoTF can be reached, the most preferred first; at least one.
    package var endpoints: [LinkAddress]
    /// Needed where an endpoint is `tls:`.
    package var tls: TLSFiles?
    package var times = LinkTimes()
    /// PDUs that the user may leave unprocessed before reading stops.
    package var credit = 256
    /// Octets that may wait to be taken by the system; past them the peer counts as one that never reads.
    package var queueLimit = 1_024 * 1_024
    /// Of the jitter; each reader needs one of its own.
    package var seed = UInt64.random(in: 0 ... .max)

    package init(endpoints: [LinkAddress], tls: TLSFiles? = nil) {
        self.endpoints = endpoints
        self.tls = tls
    }
}
