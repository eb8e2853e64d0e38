package import Transceiver

/// What a test does to a box of `EmulatedBoxes`; a start of streaming forgets what was planted in the streams before.
package enum PlannedFault: Sendable {
    /// The box gives and takes nothing any more and says nothing about it, until `speech` or the next start.
    case silence
    case speech
    /// So many received samples are lost.
    case receiveGap(samples: Int, isTold: Bool)
    /// The box had nothing to send for so many samples: they are zeros, and its stream goes on after them.
    case transmitUnderrun(samples: Int, isTold: Bool)
    /// The streams end with `StreamTrouble.failed`.
    case failure(TransceiverFailure)
    /// The box is gone: streams end with `failed(.absent)`, those that watch are told, and it cannot be opened until
    /// `replug`.
    case unplug
    case replug
    /// It cannot be opened for lack of permission until `allow`.
    case deny
    case allow
    /// So many openings from now on fail.
    case failingOpens(Int)
}
