/// The receive stream of the IIO daemon: blocks that the converters fill, for as long as there is an empty one.
struct IIOReceiver {
    /// The pipe that has opened it.
    var pipe: Int?
    var blocks = 4
    var blockOctets = 0
    /// The status bit.
    var hasOverflown = false
    private var octets: [UInt8] = []

    init(pipe: Int? = nil, blocks: Int = 4, blockOctets: Int = 0) {
        self.pipe = pipe
        self.blocks = blocks
        self.blockOctets = blockOctets
    }

    var free: Int { blocks * blockOctets - octets.count }

    /// - Returns: how many octets had a place.
    mutating func put(_ new: UnsafeRawBufferPointer) -> Int {
        let fitting = min(max(free, 0), new.count) & ~3
        octets.append(contentsOf: new[..<fitting])
        if fitting < new.count { hasOverflown = true }
        return fitting
    }

    /// `count` octets, or nil where there are fewer yet.
    mutating func take(_ count: Int) -> [UInt8]? {
        guard octets.count >= count else { return nil }
        defer { octets.removeFirst(count) }
        return Array(octets[..<count])
    }
}

/// The transmit stream of the IIO daemon: blocks that wait for the converters.
struct IIOTransmitter {
    var pipe: Int?
    var blocks = 4
    var blockOctets = 0
    /// The first block is sent again and again.
    var isCyclic = false
    /// The status bit.
    var hasUnderflown = false
    var isStarved = false { didSet { hasUnderflown = hasUnderflown || isStarved } }
    private(set) var hasStarted = false
    private var waiting: [[UInt8]] = []
    /// Octets of the first block that have been sent.
    private var sent = 0

    init(pipe: Int? = nil, blocks: Int = 4, blockOctets: Int = 0, isCyclic: Bool = false) {
        self.pipe = pipe
        self.blocks = blocks
        self.blockOctets = blockOctets
        self.isCyclic = isCyclic
    }

    /// Whether a block is free for what the host sends next.
    var hasRoom: Bool { waiting.count < blocks }

    /// Octets that it can send without more from the host.
    var count: Int { isCyclic && !waiting.isEmpty ? .max / 2 : waiting.reduce(0) { $0 + $1.count } - sent }

    mutating func push(_ block: [UInt8]) {
        guard !isCyclic || waiting.isEmpty else { return }
        waiting.append(block)
        hasStarted = true
    }

    /// Takes the next octets for the air, or as many as there are.
    /// - Returns: how many there were.
    mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var taken = 0
        while taken < buffer.count, let block = waiting.first {
            let some = min(buffer.count - taken, block.count - sent)
            block.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[taken...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<(sent + some)]))
            }
            taken += some
            sent += some
            guard sent == block.count else { break }
            sent = 0
            if !isCyclic { waiting.removeFirst() }
        }
        return taken
    }
}
