/// The part of a recorder that runs on the thread of the radio: it copies octets into blocks, and counts what finds no room.
struct BlockFeed {
    private let ring: BlockRing
    private let octetsPerSample: Int
    private let sampleRateHz: Double
    /// Of the block that is being filled, and what is in it; nil: not begun.
    private var number = 0
    private var header: BlockHeader?
    /// Position of the sample that comes next.
    private(set) var next: Int64 = 0
    /// Added to the stream's own numbers.
    private(set) var base: Int64 = 0
    private var pendingBreak: SegmentBreak? = .start
    /// Samples that found no room since there was some.
    private var overrun: Int64 = 0
    /// Octets until the limit; nil: none.
    private var allowance: Int64?
    /// Nothing is taken any more.
    private(set) var isClosed = false

    /// Samples that found no room.
    private(set) var lostSamples: Int64 = 0

    init(ring: BlockRing, octetsPerSample: Int, sampleRateHz: Double, limitOctets: Int64?) {
        self.ring = ring
        self.octetsPerSample = octetsPerSample
        self.sampleRateHz = sampleRateHz
        allowance = limitOctets.map { $0 - $0 % Int64(octetsPerSample) }
    }

    /// The stream has begun anew: its numbers start at 0 again, positions go on.
    /// - Returns: whether a block was completed.
    mutating func restart() -> Bool {
        base = next
        return interrupt(.start)
    }

    /// Samples were lost before those to come.
    /// - Returns: whether a block was completed.
    mutating func interrupt(_ why: SegmentBreak) -> Bool {
        pendingBreak = why
        return publish()
    }

    /// Takes whole samples, the first of which has `firstSample` in the numbers of the stream.
    /// - Parameter unixNanoseconds: the wall clock when they have come.
    /// - Returns: whether a block was completed.
    mutating func take(_ octets: UnsafeRawBufferPointer, firstSample: Int64, unixNanoseconds: Int64) -> Bool {
        guard !isClosed else { return false }
        var hasCompleted = false
        let jump = base &+ firstSample &- next
        if jump != 0 {
            // Backwards goes only who has begun anew and has not said so.
            if jump < 0 { base = next &- firstSample }
            hasCompleted = interrupt(.radio(samples: jump < 0 ? nil : jump))
        }
        let begin = base &+ firstSample
        next = begin &+ Int64(octets.count / octetsPerSample)
        let first = unixNanoseconds &- nanoseconds(of: octets.count)
        var offset = 0
        while offset < octets.count, !isClosed {
            guard hasRoom() else {
                let samples = Int64((octets.count - offset) / octetsPerSample)
                lostSamples &+= samples
                overrun &+= samples
                break
            }
            var filling =
                header
                ?? begun(at: begin &+ Int64(offset / octetsPerSample), first &+ nanoseconds(of: offset))
            let count = min(octets.count - offset, ring.blockOctets - filling.octets, Int(clamping: allowance ?? .max))
            let block = UnsafeMutableRawBufferPointer(rebasing: ring.block(number)[filling.octets...])
            block.copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[offset..<offset + count]))
            filling.octets += count
            offset += count
            if let allowance { self.allowance = allowance - Int64(count) }
            filling.isLast = allowance == 0
            header = filling
            if filling.isLast || filling.octets == ring.blockOctets { hasCompleted = publish() || hasCompleted }
            isClosed = filling.isLast
        }
        return hasCompleted
    }

    /// Hands over the block that is being filled; nothing is taken any more.
    mutating func close() {
        _ = publish()
        isClosed = true
    }

    /// Room for at least one sample. Once it has run out half the buffer must be free again: a few long gaps are better
    /// than many short ones (*ours*).
    private func hasRoom() -> Bool {
        if header != nil { return true }
        return overrun > 0 ? ring.isHalfFree(at: number) : ring.hasRoom(for: number)
    }

    private mutating func begun(at position: Int64, _ unixNanoseconds: Int64) -> BlockHeader {
        if overrun > 0 {
            pendingBreak = .overrun(samples: overrun)
            overrun = 0
        }
        defer { pendingBreak = nil }
        return BlockHeader(position: position, unixNanoseconds: unixNanoseconds, segmentBreak: pendingBreak)
    }

    private mutating func publish() -> Bool {
        guard let header, header.octets > 0 else { return false }
        ring.publish(header, as: number)
        number += 1
        self.header = nil
        return true
    }

    private func nanoseconds(of octets: Int) -> Int64 {
        Int64(Double(octets / octetsPerSample) / sampleRateHz * 1e9)
    }
}
