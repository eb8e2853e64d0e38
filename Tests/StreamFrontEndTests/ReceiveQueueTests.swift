import AIoTBase
import StreamFrontEnd
import Testing

@Suite struct ReceiveQueueTests {
    private static func put(_ queue: ReceiveQueue, _ octets: [UInt8], firstSample: Int64) {
        octets.withUnsafeBytes { queue.put($0, firstSample: firstSample) }
    }

    @Test func itGivesWhatWasPutInOrderAndLeavesOutWhatHasNoRoom() {
        for seed in UInt64(1)...5 {
            let queue = ReceiveQueue(octets: 1 << 16)
            var generator = SeededGenerator(seed: seed)
            var model: [(first: Int64, octets: [UInt8])] = []
            var next: Int64 = 0
            for _ in 0..<200 {
                if Bool.random(using: &generator) {
                    let octets = (0..<2 * Int.random(in: 1...6_000, using: &generator)).map {
                        UInt8(truncatingIfNeeded: $0)
                    }
                    let hasRoom = queue.waiting + octets.count + 16 <= queue.capacity
                    Self.put(queue, octets, firstSample: next)
                    if hasRoom { model.append((next, octets)) }
                    next += Int64(octets.count / 2)
                } else if case .block(let first, let one, let two)? = queue.next() {
                    guard let expected = model.first else {
                        Issue.record("a block from nowhere, seed \(seed)")
                        return
                    }
                    model.removeFirst()
                    #expect(first == expected.first && Array(one) + Array(two) == expected.octets, "seed \(seed)")
                    #expect(one.count.isMultiple(of: 2))
                } else {
                    #expect(model.isEmpty && queue.waiting == 0, "seed \(seed)")
                }
                #expect(queue.waiting <= queue.capacity)
            }
        }
    }

    @Test func aNewStreamLeavesOutWhatWaits() {
        let queue = ReceiveQueue(octets: 1 << 16)
        Self.put(queue, [1, 2], firstSample: 5)
        Self.put(queue, [3, 4], firstSample: 6)
        _ = queue.next()
        queue.restart()
        Self.put(queue, [5, 6], firstSample: 0)
        guard case .restarted? = queue.next() else {
            Issue.record("no restart")
            return
        }
        guard case .block(0, let one, _)? = queue.next() else {
            Issue.record("no block")
            return
        }
        #expect(Array(one) == [5, 6])
        #expect(queue.next() == nil)
    }

    @Test func lossesKeepTheirPlace() {
        let queue = ReceiveQueue(octets: 1 << 16)
        Self.put(queue, [1, 2], firstSample: 5)
        queue.markLoss(samples: nil)
        queue.markLoss(samples: 77)
        Self.put(queue, [3, 4], firstSample: 6)
        var seen: [String] = []
        while let item = queue.next() {
            switch item {
            case .restarted: seen.append("restarted")
            case .lost(let samples): seen.append("lost \(samples ?? -1)")
            case .block(let first, _, _): seen.append("block \(first)")
            }
        }
        #expect(seen == ["block 5", "lost -1", "lost 77", "block 6"])
    }
}
