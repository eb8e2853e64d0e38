import AIoTCapture
import AIoTPhy
import Glibc
import Synchronization
import Transceiver

/// What a box transmits: silence, the sounding, and the bursts that devices have placed.
///
/// One thread plans, the transmit callback renders; neither waits for the other. A burst changes hands with its slot's
/// state. Whether it is late is judged where it is rendered, so that none is ever sent in part.
final class BurstTimeline: @unchecked Sendable {
    // Unchecked: a slot's burst belongs to whom its state says; the rest of the variables to the transmit callback.

    /// A burst and whose it is.
    private final class Slot {
        static let free = 0
        static let planned = 1

        let state = Atomic<Int>(Slot.free)
        var burst: PlannedBurst?
        /// It was in time, and is being sent.
        var isTaken = false
    }

    /// Bursts that are planned or under way at most (*ours*).
    private static let slotCount = 256
    /// Samples that are rendered at once.
    private static let pieceSamples = 4_096

    let sounding: Sounding
    private let sampleRateHz: Double
    private let converter: SampleConverter
    /// What every octet is where nothing is sent.
    private let silence: UInt8
    private let amplitude: Float
    private let slots: [Slot] = (0..<slotCount).map { _ in Slot() }
    private let scratch: UnsafeMutableBufferPointer<Float>
    /// Counts ends of carriers, or of the stream: the bursts before end at once.
    private let session = Atomic<Int>(0)
    private let sent = Atomic<Int>(0)
    private let late = Atomic<Int>(0)
    private let longestReaction = Atomic<Int>(0)

    init(format: StreamFormat, sampleRateHz: Double, amplitude: Float) {
        converter = SampleConverter(format)
        silence = format.samples == .cu8 ? 128 : 0
        self.sampleRateHz = sampleRateHz
        self.amplitude = amplitude
        sounding = Sounding(sampleRateHz: sampleRateHz)
        scratch = .allocate(capacity: 2 * Self.pieceSamples)
        scratch.initialize(repeating: 0)
    }

    deinit { scratch.deallocate() }

    var burstsSent: Int { sent.load(ordering: .relaxed) }
    var burstsLate: Int { late.load(ordering: .relaxed) }
    /// Samples from the end of an R2D frame to the first that could still be changed, at most.
    var longestReactionSamples: Int { longestReaction.load(ordering: .relaxed) }
}

// MARK: - The thread that plans

extension BurstTimeline {
    /// Places a burst; false where there are too many.
    func plan(_ burst: PlannedBurst) -> Bool {
        guard let slot = slots.first(where: { $0.state.load(ordering: .acquiring) == Slot.free }) else { return false }
        slot.burst = burst
        slot.burst?.session = session.load(ordering: .relaxed)
        slot.state.store(Slot.planned, ordering: .releasing)
        return true
    }

    /// Ends all bursts: without a carrier there is nothing to reflect. May come from any thread.
    func endBursts() { session.add(1, ordering: .relaxed) }
}

// MARK: - The transmit callback

extension BurstTimeline {
    /// Fills the samples that go out next, the first of which is number `first`.
    func render(_ octets: UnsafeMutableRawBufferPointer, first: Int64) {
        let size = converter.octetsPerSample
        let count = octets.count / size
        let session = session.load(ordering: .relaxed)
        var isSilent = !sounding.isDue(first: first, count: count)
        for slot in slots where take(slot, first: first, session: session) {
            isSilent = isSilent && (slot.burst?.start ?? .infinity) >= Double(first) + Double(count)
        }
        guard !isSilent else {
            octets.initializeMemory(as: UInt8.self, repeating: silence)
            return
        }
        var done = 0
        while done < count {
            let length = min(count - done, Self.pieceSamples)
            renderPiece(
                UnsafeMutableRawBufferPointer(rebasing: octets[done * size..<(done + length) * size]),
                first: first + Int64(done), count: length)
            done += length
        }
        for slot in slots where slot.isTaken { giveBackIfOver(slot, at: first + Int64(count)) }
    }

    /// Whether the slot holds a burst that is to be sent, now or later.
    private func take(_ slot: Slot, first: Int64, session: Int) -> Bool {
        guard slot.state.load(ordering: .acquiring) == Slot.planned, let burst = slot.burst else { return false }
        guard burst.session == session else {
            giveBack(slot)
            return false
        }
        guard !slot.isTaken else { return true }
        let reaction = Double(first) - burst.frameEnd
        if reaction > Double(longestReaction.load(ordering: .relaxed)) {
            longestReaction.store(Int(reaction), ordering: .relaxed)
        }
        guard burst.start >= Double(first) else {
            late.add(1, ordering: .relaxed)
            giveBack(slot)
            return false
        }
        slot.isTaken = true
        return true
    }

    /// The burst itself is taken apart by the thread that plans the next one.
    private func giveBack(_ slot: Slot) {
        slot.isTaken = false
        slot.state.store(Slot.free, ordering: .releasing)
    }

    private func giveBackIfOver(_ slot: Slot, at position: Int64) {
        guard let burst = slot.burst,
            burst.start + burst.waveform.seconds * sampleRateHz + 1 <= Double(position)
        else { return }
        sent.add(1, ordering: .relaxed)
        giveBack(slot)
    }

    private func renderPiece(_ octets: UnsafeMutableRawBufferPointer, first: Int64, count: Int) {
        let samples = UnsafeMutableBufferPointer(rebasing: scratch[..<(2 * count)])
        samples.update(repeating: 0)
        for slot in slots where slot.isTaken {
            guard let burst = slot.burst, burst.start < Double(first) + Double(count) else { continue }
            burst.add(amplitude: amplitude, to: samples, firstSample: first, sampleRateHz: sampleRateHz)
        }
        sounding.add(amplitude: amplitude, to: samples, firstSample: first)
        _ = converter.convert(UnsafeBufferPointer(samples), into: octets)
    }
}
