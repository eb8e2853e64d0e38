package import CoreLink

/// A link to one AIoTF as the loop uses it; `CoreLink.LinkClient`, or a test's double.
package protocol AIoTFLink: Sendable {
    /// Sends a PDU; never blocks.
    /// - Returns: the number under which it is confirmed; nil where the link is down and the PDU dropped.
    func send(_ pdu: [UInt8]) -> UInt64?
    /// One received PDU has been dealt with, another may come.
    func processed()
    /// Exchanges are in flight: this is no time to go over to a preferred AIoTF.
    func setBusy(_ isBusy: Bool)
    /// Connects and keeps trying, until cancelled.
    func run() async throws
    /// Reads TLS files and checks them; nothing changes yet.
    /// - Returns: what has connections to come use them.
    func renewal(of files: TLSFiles?) throws -> @Sendable () -> Void
}
