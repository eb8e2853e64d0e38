/// When the transfers of a queue go on, are cancelled, and have come to their end; no input or output.
struct QueueState: Sendable {
    enum Event: Hashable, Sendable {
        /// A transfer was handed to the system.
        case submitted
        /// The system did not take a transfer.
        case refused(USBError.Kind)
        /// A transfer that was in flight is back.
        case returned(TransferOutcome)
        /// The body of the queue wants no more transfers.
        case bodyEnded
        case cancelled
    }

    /// What is to be done now.
    struct Step: Hashable, Sendable {
        /// The transfer that is back goes to the body, and is then submitted again.
        var proceeds = false
        /// Everything in flight is to be cancelled. Comes once at most.
        var cancelsRest = false
        /// Nothing is in flight, nor will be. Comes exactly once.
        var ends = false
    }

    private enum Phase {
        case running
        /// What is in flight is still to reach the device.
        case draining
        case cancelling
        case ended
    }

    private let isTowardsHost: Bool
    private var phase = Phase.running
    private(set) var inFlight = 0
    /// Why the queue ends; nil where it was asked to.
    private(set) var failure: USBError.Kind?

    var isRunning: Bool { phase == .running }
    var hasEnded: Bool { phase == .ended }

    init(isTowardsHost: Bool) { self.isTowardsHost = isTowardsHost }

    mutating func advance(_ event: Event) -> Step {
        var step = Step()
        switch event {
        case .submitted: inFlight += 1
        case .refused(let kind): step.cancelsRest = fail(kind)
        case .returned(let outcome):
            inFlight = max(0, inFlight - 1)
            switch outcome {
            case .moved: step.proceeds = phase == .running
            // Not by us: another program has reset the device.
            case .cancelled: if phase != .cancelling { step.cancelsRest = fail(.interrupted) }
            case .failed(let kind): step.cancelsRest = fail(kind)
            }
        case .bodyEnded where isTowardsHost: step.cancelsRest = cancel()
        case .bodyEnded: if phase == .running { phase = .draining }
        case .cancelled: step.cancelsRest = cancel()
        }
        if phase != .running && phase != .ended && inFlight == 0 {
            phase = .ended
            step.ends = true
        }
        return step
    }

    /// - Returns: whether there is something to cancel that was not cancelled before.
    private mutating func cancel() -> Bool {
        guard phase == .running || phase == .draining else { return false }
        phase = .cancelling
        return inFlight > 0
    }

    private mutating func fail(_ kind: USBError.Kind) -> Bool {
        switch phase {
        case .running, .draining:
            failure = kind
            return cancel()
        case .cancelling:
            // An unplugged device fails in several ways before the system knows that it is gone.
            if failure != nil && kind == .noDevice { failure = kind }
            return false
        case .ended: return false
        }
    }
}
