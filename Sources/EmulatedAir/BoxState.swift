import Transceiver

/// What is known of one box of `EmulatedBoxes`: what its host has asked for, and what a test has planted.
struct BoxState {
    var isPresent = true
    var isDenied = false
    var failingOpens = 0
    var isOpen = false
    var streams: TransceiverStreams?
    /// Grows with each start, so that the thread sees one that it has missed.
    var session = 0
    var isSilent = false
    /// Samples still to be lost, and to be sent as zeros.
    var gap = 0
    var underrun = 0
    /// To be told before the next samples.
    var troubles: [StreamTrouble] = []
    var presence: (@Sendable (Bool) -> Void)?
    var counts = BoxCounts()

    /// Ends streaming.
    mutating func endStreams() {
        streams = nil
        isSilent = false
        gap = 0
        underrun = 0
        troubles = []
    }

    /// Counts an attempt to open it, and says whether it succeeds.
    mutating func open() throws(TransceiverFailure) {
        counts.opens += 1
        try checkPresence()
        guard !isDenied else {
            throw TransceiverFailure(.denied, "the emulated box is denied by its test: plant .allow")
        }
        guard failingOpens == 0 else {
            failingOpens -= 1
            throw TransceiverFailure(.failed, "the emulated box fails to open, as planted: open it again")
        }
        isOpen = true
    }

    func checkPresence() throws(TransceiverFailure) {
        guard isPresent else {
            throw TransceiverFailure(.absent, "the emulated box is unplugged: plant .replug")
        }
    }

    mutating func start(_ new: TransceiverStreams) throws(TransceiverFailure) {
        counts.starts += 1
        try checkPresence()
        guard isOpen else { throw TransceiverFailure(.failed, "the emulated box is not open: open it first") }
        guard streams == nil else { throw TransceiverFailure(.busy, "the emulated box streams: stop it first") }
        endStreams()
        streams = new
        session += 1
    }
}
