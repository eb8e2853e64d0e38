import Foundation
import Synchronization
import Testing
import USBTransport

/// What a queue or a watch has told.
final class RecordedStream: @unchecked Sendable {
    private struct State {
        var calls = 0
        var ends: [USBError?] = []
        var changes: [USBChange] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    var onFirstCall: (@Sendable () -> Void)?

    init(limit: Int = .max) { self.limit = limit }

    var calls: Int { state.withLock { $0.calls } }
    var ends: [USBError?] { state.withLock { $0.ends } }
    var changes: [USBChange] { state.withLock { $0.changes } }

    var body: @Sendable (UnsafeMutableRawBufferPointer) -> Bool {
        { _ in
            let calls = self.state.withLock { state in
                state.calls += 1
                return state.calls
            }
            if calls == 1 {
                self.onFirstCall?()
                self.onFirstCall = nil
            }
            return calls <= self.limit
        }
    }

    var ended: @Sendable (USBError?) -> Void { { error in self.state.withLock { $0.ends.append(error) } } }

    var news: @Sendable (USBChange) -> Void {
        { change in
            self.state.withLock { state in
                state.calls += 1
                state.changes.append(change)
            }
        }
    }

    func queue(_ endpoint: UInt8) -> USBQueue {
        USBQueue(endpoint: endpoint, octetsPerTransfer: 16_384, transfers: 8, body: body, ended: ended)
    }

    func waitForCalls(_ count: Int) { wait { calls >= count } }

    /// What the queue ended with; nil where it did not end.
    func waitForEnd() -> USBError?? {
        wait { !ends.isEmpty }
        return ends.first
    }

    private func wait(_ isThere: () -> Bool) {
        let limit = ContinuousClock.now + .seconds(30)
        while !isThere() && ContinuousClock.now < limit { usleep(1_000) }
        #expect(isThere())
    }
}
