/// How the spool is doing.
package struct SpoolStatus: Hashable, Sendable {
    /// Records that are durable and not removed.
    package var records: Int
    /// What counts against the limit: these records and those on their way to the disk.
    package var octets: Int
    package var limitOctets: Int
    /// The size of the file; at most about twice the limit.
    package var fileOctets: Int
    /// Appends refused because the spool was full, since it was opened.
    package var turnedAway: UInt64
    /// What went wrong last; nil again as soon as an append has succeeded.
    package var lastError: SpoolError?
}
