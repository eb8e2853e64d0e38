import Foundation
import Synchronization
import TraceFile

/// What waits for the server's loop; filled from anywhere, emptied by the loop alone.
///
/// Credit and the number of control clients keep it short; where they fail, `limit` does.
package final class Mailbox: Sendable {
    /// An input, and when it was put in: CLOCK_MONOTONIC, nanoseconds.
    struct Arrival: Sendable {
        var input: ServerInput
        var time: Int64
    }

    private struct State {
        var inputs: [Arrival] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let limit: Int

    /// - Parameter limit: so many inputs may wait; those that something has ended come in beyond it.
    package init(limit: Int = 131_072) { self.limit = limit }

    /// - Returns: false where there is no room: whoever sent it is to be cut off.
    @discardableResult
    package func post(_ input: ServerInput) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard state.inputs.count < limit || input.isAnEnd else { return (false, false) }
            state.inputs.append(Arrival(input: input, time: TraceClock.monotonic))
            return (true, state.inputs.count == 1)
        }
        if isFirst { arrived.signal() }
        return isTaken
    }

    /// Ends `take`, once what waits has been taken.
    package func stop() {
        state.withLock { $0.isStopped = true }
        arrived.signal()
    }

    /// Everything that waits, in order; waits for it until the time is over, for ever where it is nil.
    /// - Returns: nil after `stop`.
    func take(within nanoseconds: Int64?) -> [Arrival]? {
        let timeout = nanoseconds.map { DispatchTime.now() + .nanoseconds(Int(clamping: max(0, $0))) }
        while true {
            let (inputs, isStopped) = state.withLock { state in
                defer { state.inputs.removeAll(keepingCapacity: state.inputs.count < 1_024) }
                return (state.inputs, state.isStopped)
            }
            if !inputs.isEmpty { return inputs }
            if isStopped { return nil }
            if arrived.wait(timeout: timeout ?? .distantFuture) == .timedOut { return [] }
        }
    }
}

extension ServerInput {
    fileprivate var isAnEnd: Bool {
        switch self {
        case .disconnected, .clientLeft: true
        case .connected, .received, .requested: false
        }
    }
}
