import EmulatedAir
import Foundation
import Synchronization
import Transceiver

/// The thread that moves the air by the monotonic clock: what boxes transmit goes in, what they receive comes out.
final class Pump: @unchecked Sendable {
    // Used by its own thread only, from `start` on.
    private let bench: Bench
    private let air: BoxAir
    private let samplesPerSecond: Double
    private let patience: Duration
    private var buffers: [UnsafeMutableRawBufferPointer]
    private var counts: [Int]
    /// Samples that the clock says are due.
    private var due = 0.0
    private var waitingSince: ContinuousClock.Instant?
    private var lastStreaming: ContinuousClock.Instant?

    /// What is made up for at once when the machine was late; what is beyond is left out, as hosts had no time for it.
    private static let longestStep = Duration.milliseconds(4)
    /// The air goes on for this long after the last stream, so that devices notice that the carrier is gone.
    private static let afterStreams = Duration.milliseconds(100)

    /// - Parameters:
    ///   - pace: samples of the air in one of the clock.
    ///   - patience: how long the air stands still for a host that is late. Zero is as real air does it.
    init(_ bench: Bench, _ air: sending BoxAir, pace: Double, patience: Duration) {
        self.bench = bench
        self.air = air
        self.patience = patience
        samplesPerSecond = air.settings.sampleRateHz * pace
        let limit = BoxAir.ownLimit(BoxAir.blockLimit)
        buffers = air.settings.boxes.map { box in
            let size = max(box.transmitFormat.octetsPerSample, box.receiveFormat.octetsPerSample)
            return .allocate(byteCount: limit * size, alignment: 16)
        }
        counts = air.settings.boxes.map { _ in 0 }
    }

    func start() {
        Thread { [self] in
            ThreadName.set("air")
            run()
        }.start()
    }

    private func run() {
        var last = ContinuousClock.now
        while true {
            Thread.sleep(forTimeInterval: lastStreaming == nil ? 0.005 : 0.001)
            let now = ContinuousClock.now
            bench.state.withLock { $0.settle(now) }
            advance(by: now - last, now)
            last = now
        }
    }

    private func advance(by elapsed: Duration, _ now: ContinuousClock.Instant) {
        let isStreaming = bench.state.withLock { $0.slots.contains { $0.isStreaming } }
        if isStreaming { lastStreaming = now }
        guard let streaming = lastStreaming, now - streaming <= Self.afterStreams else {
            lastStreaming = nil
            due = 0
            return
        }
        let most = max(1, Self.longestStep.seconds * samplesPerSecond)
        due += elapsed.seconds * samplesPerSecond
        if due > 2 * most {
            let slipped = Int64(due - most)
            if waitingSince == nil { bench.state.withLock { $0.slippedSamples += slipped } }
            due -= Double(slipped)
        }
        var rest = Int(min(due, most))
        while rest > 0 {
            let count = step(min(rest, BoxAir.blockLimit), now)
            guard count > 0 else { return }
            rest -= count
            due -= Double(count)
        }
    }

    /// Moves the air by `wanted` samples, or fewer where it waits for a host.
    /// - Returns: by how many.
    private func step(_ wanted: Int, _ now: ContinuousClock.Instant) -> Int {
        let count = bench.state.withLock { state in
            state.trigger()
            let count = patience > .zero ? withoutLoss(&state, wanted, now) : wanted
            for box in counts.indices { counts[box] = air.sampleCount(box: box, next: count) }
            if count > 0 { takeTransmitted(&state, now) }
            return count
        }
        guard count > 0 else { return 0 }
        for box in counts.indices where counts[box] > 0 {
            air.transmit(UnsafeRawBufferPointer(transmitted(box)), box: box)
        }
        air.advance(count)
        bench.state.withLock { give(&$0) }
        return count
    }

    /// How far the air can move before a host has to do something; `wanted` when the patience with it is over.
    private func withoutLoss(_ state: inout Bench.State, _ wanted: Int, _ now: ContinuousClock.Instant) -> Int {
        var count = wanted
        for slot in state.slots where slot.isOpen {
            // A fast crystal takes up to a thousandth more.
            let share = slot.airBox.clockErrorPPM > 0 ? 0.999 : 1
            let ready = slot.box.readyOctets / slot.airBox.transmitFormat.octetsPerSample
            let free = slot.box.freeOctets / slot.airBox.receiveFormat.octetsPerSample
            if slot.transmits { count = min(count, Int(Double(ready) * share)) }
            if slot.receives { count = min(count, Int(Double(free) * share)) }
        }
        guard count <= 0 else {
            waitingSince = nil
            return count
        }
        if waitingSince == nil { state.waits += 1 }
        let since = waitingSince ?? now
        waitingSince = since
        return now - since < patience ? 0 : wanted
    }

    private func transmitted(_ box: Int) -> UnsafeMutableRawBufferPointer {
        let size = air.settings.boxes[box].transmitFormat.octetsPerSample
        return UnsafeMutableRawBufferPointer(rebasing: buffers[box][..<(max(counts[box], 0) * size)])
    }

    /// Takes what all boxes transmit next; `counts` of those that do not become 0.
    private func takeTransmitted(_ state: inout Bench.State, _ now: ContinuousClock.Instant) {
        for box in state.slots.indices {
            guard state.slots[box].transmits else {
                counts[box] = 0
                continue
            }
            let octets = transmitted(box)
            state.slots[box].box.transmit(into: octets)
            let first = air.nextSample(box: box)
            if let place = octets.lastIndex(where: { $0 != 0 }) {
                let size = air.settings.boxes[box].transmitFormat.octetsPerSample
                state.slots[box].lastNonZero = (first + Int64(place / size), now)
            }
            if let tap = state.slots[box].tap { try? tap.write(contentsOf: Data(octets)) }
        }
    }

    private func give(_ state: inout Bench.State) {
        state.position = air.position
        for box in state.slots.indices where state.slots[box].receives {
            let size = air.settings.boxes[box].receiveFormat.octetsPerSample
            let samples = air.receive(buffers[box], box: box)
            state.slots[box].box.receive(UnsafeRawBufferPointer(rebasing: buffers[box][..<(samples * size)]))
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
