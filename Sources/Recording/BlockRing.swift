import Synchronization

/// Why a new segment begins before a block.
enum SegmentBreak: Hashable, Sendable {
    /// Streaming has begun, or begun anew.
    case start
    /// The radio lost samples; nil: nobody knows how many.
    case radio(samples: Int64?)
    /// The recorder had no room for them.
    case overrun(samples: Int64)
}

/// What a block holds.
struct BlockHeader: Hashable, Sendable {
    /// Of the first sample: counted from the start of the recorder, over all starts of the stream.
    var position: Int64
    var octets = 0
    /// Wall clock at the first sample.
    var unixNanoseconds: Int64
    /// Set where the block does not follow the one before it.
    var segmentBreak: SegmentBreak?
    /// The limit is reached: nothing comes any more.
    var isLast = false
}

/// The bounded buffer between the thread of the radio and the one that writes: blocks that are filled, used and given back in
/// the order of their numbers.
///
/// One thread fills (it asks for `room` and publishes), one uses (it reads what is filled, and frees); neither waits for
/// the other. The one that uses may hold blocks back as long as it likes: that is the memory of the ring mode.
final class BlockRing: @unchecked Sendable {
    // Unchecked: a block and its header belong to the filling thread until they are published, then to the other one until
    // they are freed; the two counters order that.
    let blockOctets: Int
    let blockCount: Int
    private let memory: UnsafeMutableRawPointer
    private let headers: UnsafeMutablePointer<BlockHeader>
    private let filled = Atomic<Int>(0)
    private let freed = Atomic<Int>(0)

    /// Allocates all of it, and touches it, so that no page is missing later.
    init(blockOctets: Int, blockCount: Int) {
        self.blockOctets = blockOctets
        self.blockCount = max(blockCount, 2)
        let octets = blockOctets * self.blockCount
        memory = .allocate(byteCount: octets, alignment: 4_096)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: octets)
        headers = .allocate(capacity: self.blockCount)
        headers.initialize(repeating: BlockHeader(position: 0, unixNanoseconds: 0), count: self.blockCount)
    }

    deinit {
        memory.deallocate()
        headers.deallocate()
    }

    // MARK: The thread that fills

    /// Whether block `number` may be filled.
    func hasRoom(for number: Int) -> Bool { number - freed.load(ordering: .acquiring) < blockCount }

    /// Whether half of the blocks, counted from `number`, may be filled.
    func isHalfFree(at number: Int) -> Bool { number - freed.load(ordering: .acquiring) <= blockCount / 2 }

    /// Where block `number` lies.
    func block(_ number: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory + number % blockCount * blockOctets, count: blockOctets)
    }

    func publish(_ header: BlockHeader, as number: Int) {
        headers[number % blockCount] = header
        filled.store(number + 1, ordering: .releasing)
    }

    // MARK: The thread that uses

    /// The number of the block that will be filled next.
    var end: Int { filled.load(ordering: .acquiring) }

    func header(_ number: Int) -> BlockHeader { headers[number % blockCount] }

    /// The samples of a block that is filled.
    func samples(_ number: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: block(number)[..<header(number).octets])
    }

    /// Gives back all blocks before `number`.
    func free(before number: Int) { freed.store(number, ordering: .releasing) }
}
