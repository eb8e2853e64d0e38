import AIoTBase
import Foundation

/// Runs the loop on a thread of its own: the only place where the AIoTF reads a clock.
package struct AIoTFServer: Sendable {
    private let mailbox: Mailbox

    package init(mailbox: Mailbox) { self.mailbox = mailbox }

    /// Runs until the mailbox is stopped, which cancellation does too; what it holds is dealt with first.
    /// - Throws: `StoreFailure`.
    package func run(_ loop: AIoTFLoop) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let thread = Thread { continuation.resume(with: Result { try serve(loop) }) }
                thread.name = "aiotf"
                thread.start()
            }
        } onCancel: {
            mailbox.stop()
        }
    }

    private func serve(_ loop: AIoTFLoop) throws {
        var loop = loop
        let start = ContinuousClock.now
        func now() -> AirTime {
            let passed = (ContinuousClock.now - start).components
            return AirTime(nanoseconds: passed.seconds * 1_000_000_000 + passed.attoseconds / 1_000_000_000)
        }
        // An order that a restart has ended is told and stored, though nothing happens.
        try loop.turn([], at: now())
        while let inputs = mailbox.take(within: loop.nextDeadline.map { ($0 - now()).nanoseconds }) {
            try loop.turn(inputs.map(\.input), arrivals: inputs.map(\.time), at: now())
        }
    }
}
