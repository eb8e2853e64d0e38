import Glibc

/// What the host sends on an OUT endpoint: transfers in the order of submission, behind the buffer of the box.
///
/// A transfer is done for the host when all of it is within the first `capacity` octets that the box has not used, as the
/// box has then taken it over.
struct OutPipe {
    /// Octets in the box.
    let capacity: Int
    private var chunks: [Chunk] = []
    /// Octets that wait, in the box or behind it.
    private(set) var count = 0
    var isHalted = false
    /// The box takes octets over; while it does not, transfers wait.
    private var isRunning: Bool

    private struct Chunk {
        var octets: [UInt8]
        var used = 0
        /// nil: the host has it back.
        var urb: UInt64?
        var rest: Int { octets.count - used }
    }

    init(capacity: Int, isRunning: Bool = true) {
        self.capacity = capacity
        self.isRunning = isRunning
    }

    mutating func submit(_ transfer: HostTransfer, _ bed: TestBed) {
        guard !isHalted else { return bed.complete(transfer.urb, status: -EPIPE) }
        chunks.append(Chunk(octets: transfer.octets, urb: transfer.urb))
        count += transfer.octets.count
        settle(bed)
    }

    /// Takes the next octets for the air, or as many as there are.
    /// - Returns: how many.
    mutating func take(into buffer: UnsafeMutableRawBufferPointer, _ bed: TestBed) -> Int {
        var taken = 0
        var finished = 0
        while taken < buffer.count, finished < chunks.count {
            let some = min(buffer.count - taken, chunks[finished].rest)
            let used = chunks[finished].used
            chunks[finished].octets.withUnsafeBytes { octets in
                UnsafeMutableRawBufferPointer(rebasing: buffer[taken...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[used..<(used + some)]))
            }
            chunks[finished].used += some
            taken += some
            guard chunks[finished].rest == 0 else { break }
            if let urb = chunks[finished].urb { bed.completeOut(urb, length: chunks[finished].octets.count) }
            finished += 1
        }
        chunks.removeFirst(finished)
        count -= taken
        settle(bed)
        return taken
    }

    mutating func cancel(_ urb: UInt64) {
        guard let index = chunks.firstIndex(where: { $0.urb == urb }) else { return }
        count -= chunks[index].rest
        chunks.remove(at: index)
    }

    /// Gives all transfers back with an error and forgets what is in the box.
    mutating func fail(_ status: CInt, _ bed: TestBed) {
        for chunk in chunks { if let urb = chunk.urb { bed.complete(urb, status: status) } }
        chunks = []
        count = 0
    }

    mutating func start(_ bed: TestBed) {
        isRunning = true
        settle(bed)
    }

    /// Forgets what is in the box; transfers that it has not taken over wait.
    mutating func stop() {
        isRunning = false
        chunks.removeAll { $0.urb == nil }
        count = chunks.reduce(0) { $0 + $1.rest }
    }

    private mutating func settle(_ bed: TestBed) {
        guard isRunning else { return }
        var end = 0
        for index in chunks.indices {
            end += chunks[index].rest
            guard end <= capacity else { return }
            guard let urb = chunks[index].urb else { continue }
            bed.completeOut(urb, length: chunks[index].octets.count)
            chunks[index].urb = nil
        }
    }
}
