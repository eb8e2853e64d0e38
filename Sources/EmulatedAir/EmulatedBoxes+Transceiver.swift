import Transceiver

/// What the transceivers ask for.
extension EmulatedBoxes {
    func open(_ box: Int) throws(TransceiverFailure) {
        try control.withLock { (control) throws(TransceiverFailure) in try control.boxes[box].open() }
    }

    func start(_ box: Int, _ streams: TransceiverStreams) throws(TransceiverFailure) {
        try control.withLock { (control) throws(TransceiverFailure) in try control.boxes[box].start(streams) }
        startThread()
    }

    func stop(_ box: Int) {
        control.withLock { $0.boxes[box].counts.stops += 1 }
        endStreams(box)
    }

    func reset(_ box: Int) throws(TransceiverFailure) {
        endStreams(box)
        try control.withLock { (control) throws(TransceiverFailure) in
            control.boxes[box].counts.resets += 1
            control.boxes[box].isOpen = false
            try control.boxes[box].checkPresence()
        }
    }

    func close(_ box: Int) {
        endStreams(box)
        control.withLock {
            $0.boxes[box].counts.closes += 1
            $0.boxes[box].isOpen = false
        }
    }

    func watch(_ box: Int, _ presence: (@Sendable (Bool) -> Void)?) {
        let isPresent = control.withLock {
            $0.boxes[box].presence = presence
            return $0.boxes[box].isPresent
        }
        if isPresent { presence?(true) }
    }

    /// When it returns, no callback of the box is under way and none comes.
    private func endStreams(_ box: Int) {
        control.withLock { $0.boxes[box].endStreams() }
        control.wait { $0.calling != box }
    }
}
