package import AIoTBase
import ControlSocket
package import ReaderService
import Synchronization

/// Looks at the daemon's loop, keeps a picture of it, and tells it to those who ask and who watch.
package final class ReaderControl: LoopObserver {
    /// Ways into the daemon; none of them waits but `reload`.
    package struct Reader: Sendable {
        package var drain: @Sendable (Bool) -> Void
        /// Has a `LoopSight.pulse` come soon.
        package var ask: @Sendable () -> Void
        package var reload: @Sendable () async -> ReloadOutcome

        package init(
            drain: @escaping @Sendable (Bool) -> Void, ask: @escaping @Sendable () -> Void,
            reload: @escaping @Sendable () async -> ReloadOutcome
        ) {
            self.drain = drain
            self.ask = ask
            self.reload = reload
        }

        package init(_ daemon: ReaderDaemon) {
            self.init(drain: daemon.drain, ask: daemon.ask, reload: daemon.reload)
        }
    }

    fileprivate struct State {
        var picture: ReaderPicture
        var clock = WallClock(at: .zero)
        var subscribers: [Int: EventSubscriber] = [:]
        /// They wait for the next facts.
        var waiting: [CheckedContinuation<LoopFacts?, Never>] = []
        /// The loop has ended, nothing will be seen any more.
        var isOver = false
    }

    private let description: ReaderDescription
    private let state: Mutex<State>

    package init(_ description: ReaderDescription) {
        self.description = description
        state = Mutex(State(picture: ReaderPicture(links: description.links)))
    }

    package func see(_ sight: LoopSight, at now: AirTime) {
        let (waiting, facts) = state.withLock { state -> ([CheckedContinuation<LoopFacts?, Never>], LoopFacts?) in
            state.tell(state.picture.see(sight, at: now))
            guard case .pulse(let facts) = sight else { return ([], nil) }
            state.clock = WallClock(at: now)
            for id in state.subscribers.keys { state.subscribers[id]?.tellLost() }
            defer { state.waiting = [] }
            return (state.waiting, facts)
        }
        for continuation in waiting { continuation.resume(returning: facts) }
    }

    /// Of what the loop does not know (recordings); from any thread.
    package func begin(_ kind: TroubleKind, cause: String) {
        state.withLock { state in state.tell(state.picture.begin(kind, cause)) }
    }

    package func end(_ kind: TroubleKind) { state.withLock { state in state.tell(state.picture.end(kind)) } }

    /// The loop has ended: whoever waits for facts waits no more.
    package func finish() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOver = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }

    /// The next facts that are seen; nil where the loop has ended.
    func nextFacts(asking reader: Reader? = nil) async -> LoopFacts? {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiting.append(continuation) }
                return state.isOver
            }
            if isOver { continuation.resume(returning: nil) } else { reader?.ask() }
        }
    }

    /// How things stand, by what was seen last.
    func status(capture: JSONLine?) -> JSONLine {
        let (picture, clock) = state.withLock { ($0.picture, $0.clock) }
        return StatusLine(description: description, picture: picture, clock: clock).written(capture: capture)
    }

    func subscribe(_ id: Int, _ subscriber: EventSubscriber) { state.withLock { $0.subscribers[id] = subscriber } }

    func unsubscribe(_ id: Int) { state.withLock { $0.subscribers[id] = nil } }
}

extension ReaderControl.State {
    /// Nothing is written where nobody watches.
    fileprivate mutating func tell(_ events: [ControlEvent]) {
        guard !events.isEmpty, !subscribers.isEmpty else { return }
        let time = clock.text(picture.now)
        for event in events {
            let line = event.line(time: time)
            for id in subscribers.keys where !event.isOfAnExchange || subscribers[id]?.wantsExchanges == true {
                subscribers[id]?.tell(line)
            }
        }
    }
}
