import Transceiver

/// Asks a box a few times a second what it has lost, on a thread of its own, as a control transfer blocks.
final class LossPoll: Sendable {
    private let ending = WakeUp(staysPosted: true)
    private let thread: BoxThread

    /// Calls `poll` every `milliseconds` until `end` is called.
    init(milliseconds: Int, _ poll: @escaping @Sendable () -> Void) throws(TransceiverFailure) {
        thread = try BoxThread("loss-poll", isUrgent: false) { [ending] in
            while !ending.wait(milliseconds: milliseconds) { poll() }
        }
    }

    /// Ends it; no `poll` is under way when this returns.
    func end() {
        ending.post()
        thread.join()
    }
}
