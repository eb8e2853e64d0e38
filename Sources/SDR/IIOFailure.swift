import Transceiver

/// What goes wrong in a conversation with the IIO daemon of a box.
enum IIOFailure: Error, Hashable, Sendable {
    /// It answered with -errno.
    case refused(errno: Int)
    /// Something else than a number came where one has to.
    case noNumber
    /// A line without an end, or a text that is longer than any that is true.
    case tooLong
    /// The samples of other channels than those that were asked for.
    case otherChannels
    /// Fewer or more octets of samples than were asked for.
    case otherLength(Int)

    /// What it means when it comes as the answer to `command`, and what to do.
    func failure(of command: IIOCommand) -> TransceiverFailure {
        switch self {
        case .refused(let errno):
            let (kind, meaning) = Self.meaning(ofErrno: errno)
            return TransceiverFailure(kind, "the Pluto refuses \(Self.quoted(command)): \(meaning)")
        case .noNumber, .tooLong:
            return TransceiverFailure(
                .failed,
                "what the Pluto answers to \(Self.quoted(command)) is not the protocol of IIO: open it again; "
                    + "where that does not help, flash firmware 0.37 or later")
        case .otherChannels:
            return TransceiverFailure(
                .failed, "the Pluto gives samples of other channels: end other programs that receive with it")
        case .otherLength(let octets):
            return TransceiverFailure(
                .failed, "the Pluto moved \(octets) octets for \(Self.quoted(command)): streaming starts anew")
        }
    }

    private static func quoted(_ command: IIOCommand) -> String {
        if case .write(_, let value) = command { "\"\(command.text)\" of \(value)" } else { "\"\(command.text)\"" }
    }

    private static func meaning(ofErrno errno: Int) -> (TransceiverFailure.Kind, String) {
        switch errno {
        case 1, 13:
            (.unsupported, "not permitted (\(errno)): its firmware keeps it from us, flash the maker's, 0.37 or later")
        case 2, 19, 38:
            (.unsupported, "no such thing (\(errno)): flash firmware 0.37 or later, or check that it is a Pluto")
        case 16: (.busy, "busy (16): end the other program that streams with it, on the network too")
        case 22, 34: (.unsupported, "out of range (\(errno)): correct the setting that it comes from")
        case 110: (.failed, "its hardware did not answer in time (110): a restart may help")
        default: (.failed, "error \(errno): open it again, or unplug it and plug it in")
        }
    }
}
