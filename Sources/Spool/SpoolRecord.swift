/// A message that waits for its AIoTF.
package struct SpoolRecord: Hashable, Sendable {
    /// Its place in the order of all records of the spool, at least 1; never used twice while the spool is open.
    package var sequence: UInt64
    /// Whom it is for: an AIOTFIdentifier, at most 255 octets.
    package var owner: [UInt8]
    /// At most 65,535 octets.
    package var payload: [UInt8]

    package init(sequence: UInt64, owner: [UInt8], payload: [UInt8]) {
        self.sequence = sequence
        self.owner = owner
        self.payload = payload
    }

    package static let maximumOwnerOctets = 255
    package static let maximumPayloadOctets = 65_535
}
