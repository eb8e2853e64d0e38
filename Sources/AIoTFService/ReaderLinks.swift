package import AIoTF

/// What the AIoTF asks of the connections to its readers; nothing here blocks, and what is asked about a connection that
/// is gone is ignored.
package protocol ReaderLinks: Sendable {
    /// Sends a PDU; an empty one answers a probe.
    func send(_ pdu: [UInt8], to reader: ReaderID)
    /// One PDU or probe from there has been dealt with: another may be read.
    func processed(_ reader: ReaderID)
    func close(_ reader: ReaderID, reason: String)
}
