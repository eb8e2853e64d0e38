/// Why an answer was not taken; counted.
package enum RejectReason: String, CaseIterable, Hashable, Sendable {
    case undecodableNGAP
    case unexpectedNGAP
    case undecodableNAS
    /// Flags that the profile does not predict.
    case unexpectedFlags
    /// No device's key fits: a wrong key, or not one of those asked for.
    case unauthenticated
    /// The same nonce1 and nonce2 came before.
    case repeated
    /// A returned counter where none may be taken.
    case counterNotTaken
    /// An ID report or command response that does not verify.
    case unverified
    /// A Command Response for a device that has no session.
    case unknownSession
    /// A Command Response after the end of its session.
    case unexpectedNAS
    case tooManySessions
    /// It came when nothing could be sent for it any more.
    case late
    /// The reader could not take what was sent.
    case errorIndication
    /// Not an answer: a request was forgotten while its reader was away, and with it what its reader may have spooled.
    case forgottenRequest
    /// A PDU could not be made: a fault of ours.
    case unencodable
}
