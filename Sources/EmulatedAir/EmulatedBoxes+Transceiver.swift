import Transceiver

/// What the transceivers ask for.
extension EmulatedBoxes {
    func open(_ box: Int) throws(TransceiverFailure) {
        try change(box) { (state) throws(TransceiverFailure) in try state.open() }
    }

    func start(_ box: Int, _ streams: TransceiverStreams) throws(TransceiverFailure) {
        try change(box) { (state) throws(TransceiverFailure) in try state.start(streams) }
        startThread()
    }

    func stop(_ box: Int) {
        control.withLock {
            $0.boxes[box].counts.stops += 1
            $0.boxes[box].endStreams()
        }
        control.wait { $0.calling != box }
    }

    func reset(_ box: Int) throws(TransceiverFailure) {
        stop(box)
        try change(box) { (state) throws(TransceiverFailure) in
            state.counts.stops -= 1
            state.counts.resets += 1
            state.isOpen = false
            try state.checkPresence()
        }
    }

    func close(_ box: Int) {
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

    private func change(
        _ box: Int, _ body: (inout BoxState) throws(TransceiverFailure) -> Void
    ) throws(TransceiverFailure) {
        let failure: TransceiverFailure? = control.withLock {
            do throws(TransceiverFailure) {
                try body(&$0.boxes[box])
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}
