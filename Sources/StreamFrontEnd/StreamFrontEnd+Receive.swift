import AIoTBase
import AIoTReader
import RadioFrontEnd
import Synchronization
import Transceiver

/// The receive thread.
extension StreamFrontEnd {
    /// Samples that are converted at once.
    private static let piece = 4_096

    func receive(clock: @Sendable () -> AirTime, _ events: @Sendable (RadioEvent) -> Void) {
        var side = ReceiveSide(
            profile: profile, sampleRateHz: sampleRateHz,
            hasCommonClock: boxes.all.count == 1 && boxes.transmitter.capabilities.hasCommonClock,
            latencySamples: boxes.transmitter.capabilities.transmitLatencySamples)
        let converter = SampleConverter(boxes.receiver.capabilities.receiveFormat)
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * Self.piece)
        defer { floats.deallocate() }
        var session = 0
        while true {
            let item = queue.next()
            if case .restarted(let number) = item { session = number }
            guard takeOrders(&side, item, session: session) else { return }
            switch item {
            case nil: queue.wait(milliseconds: 50)
            case .restarted:
                tap?.started(format: boxes.receiver.capabilities.receiveFormat, sampleRateHz: sampleRateHz)
            case .lost(let samples): tell(side.lose(samples), side, session, events)
            case .block(let firstSample, let first, let second):
                let now = clock()
                let count = (first.count + second.count) / converter.octetsPerSample
                tell(side.begin(blockAt: firstSample, count: count, at: now), side, session, events)
                tap?.received(first, firstSample: firstSample)
                if !second.isEmpty {
                    tap?.received(second, firstSample: firstSample + Int64(first.count / converter.octetsPerSample))
                }
                for part in [first, second] {
                    var rest = part
                    while case let count = converter.convert(rest, into: floats), count > 0 {
                        let samples = UnsafeBufferPointer(rebasing: floats[..<(2 * count)])
                        tell(side.push(samples, at: now), side, session, events)
                        rest = UnsafeRawBufferPointer(rebasing: rest[(count * converter.octetsPerSample)...])
                    }
                }
            }
        }
    }

    /// Carries out what was ordered before the item was put into the queue; orders of a session that has not begun here
    /// wait.
    /// - Returns: false when the front end stops.
    private func takeOrders(_ side: inout ReceiveSide, _ item: ReceiveQueue.Item?, session: Int) -> Bool {
        if case .restarted = item { side.restart() }
        let (orders, isStopping) = air.withLock { air -> ([Order], Bool) in
            guard air.session == session else { return ([], air.isStopping) }
            defer { air.orders.removeAll(keepingCapacity: true) }
            return (air.orders, air.isStopping)
        }
        for order in orders {
            switch order {
            case .expect(let frame): side.expect(frame)
            case .cancel: side.cancel()
            case .listen(let count, let lastOn, let rendered):
                side.listen(count: count, lastOn: lastOn, rendered: rendered)
            }
        }
        return !isStopping
    }

    private func tell(
        _ told: [ReceiveSide.Told], _ side: ReceiveSide, _ session: Int, _ events: (RadioEvent) -> Void
    ) {
        for told in told {
            switch told {
            case .heard(let isHeard):
                air.withLock { air in
                    // What an earlier stream heard says nothing of this one.
                    guard air.session == session else { return }
                    air.isSounding = false
                    air.needsSounding = !isHeard
                    air.driftPPM = side.relation.drift * 1e6
                    if isHeard { air.counters.framesHeard += 1 } else { air.counters.framesNotHeard += 1 }
                }
                mailbox.put(.stream(.hears(isHeard), session: session))
            case .doubted: air.withLock { $0.needsSounding = true }
            case .jumped(let samples):
                log("\(name): the counters have moved by \(Int(samples)) samples against each other")
                air.withLock { $0.counters.jumps += 1 }
                mailbox.put(.stream(.lost("samples were lost unnoticed"), session: session))
            case .lost(let samples):
                air.withLock { air in
                    air.counters.receiveGaps += 1
                    air.counters.lostSamples += samples ?? 0
                    air.needsSounding = true
                }
                tap?.lost(samples: samples)
                mailbox.put(.stream(.lost("received samples were lost"), session: session))
            case .channel(let level):
                if heard(level, session: session) { events(.channelHeard(levelDBFS: level)) }
            case .ended(let id, let outcome, let samples):
                let isDue = air.withLock { air in
                    guard air.transmission == id, air.session == session else { return false }
                    air.transmission = nil
                    return true
                }
                tap?.ended(outcome, receiveSamples: samples)
                if isDue { events(.transmissionEnded(id: id, outcome)) }
            }
        }
    }
}
