import AIoTBase
import AIoTLink
import AIoTReader
import Metrics
import Synchronization

extension ReaderMetrics {
    func noteSent(_ frame: UInt64?, over link: LinkID, at now: AirTime) {
        guard let frame else { return }
        state.withLock { state in
            guard state.sent.indices.contains(link.value) else { return }
            state.sent[link.value].append((frame, now))
            if state.sent[link.value].count > Self.mostOutstanding { state.sent[link.value].removeFirst() }
        }
    }

    func see(_ event: LinkEvent, of link: LinkID, at now: AirTime) {
        guard instruments.links.indices.contains(link.value) else { return }
        let of = instruments.links[link.value]
        switch event {
        case .up: of.isUp.set(1)
        case .congested(let isCongested): of.isCongested.set(isCongested ? 1 : 0)
        case .confirmed(let frame):
            // One probe confirms many: the newest of them tells the round trip best.
            let newest = state.withLock { state in
                let confirmed = state.sent[link.value].prefix { $0.frame <= frame }
                state.sent[link.value].removeFirst(confirmed.count)
                return confirmed.last?.time
            }
            if let newest { of.roundTrip.recordNanoseconds((now - newest).nanoseconds) }
        case .down(let reason):
            state.withLock { $0.sent[link.value] = [] }
            of.isUp.set(0)
            of.isCongested.set(0)
            if reason != LinkMachine.stopReason { of.failures.increment() }
        case .connected, .received: break
        }
    }
}
