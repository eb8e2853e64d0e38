import Glibc

/// What a box sends to the host on an IN endpoint: octets that wait, and transfers that wait for octets.
struct InPipe {
    /// Octets that the box itself can keep.
    let capacity: Int
    private var transfers: [HostTransfer] = []
    private var octets: [UInt8] = []
    private var room = 0
    /// Octets that were dropped as there was no place for them.
    private(set) var dropped = 0
    var isHalted = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Octets that may come before one is dropped.
    var freeOctets: Int { capacity + room - octets.count }

    mutating func submit(_ transfer: HostTransfer, _ bed: TestBed) {
        guard !isHalted else { return bed.complete(transfer.urb, status: -EPIPE) }
        transfers.append(transfer)
        room += transfer.length
        settle(bed)
    }

    /// Takes octets from the box; what has no place is dropped.
    mutating func put(_ new: UnsafeRawBufferPointer, _ bed: TestBed) {
        let fitting = min(max(freeOctets, 0), new.count)
        octets.append(contentsOf: new[..<fitting])
        dropped += new.count - fitting
        settle(bed)
    }

    /// Ends the transfer at the front with what there is, as a short packet does.
    mutating func flush(_ bed: TestBed) {
        while !octets.isEmpty, let transfer = transfers.first {
            give(transfer, min(transfer.length, octets.count), bed)
        }
    }

    mutating func cancel(_ urb: UInt64) {
        guard let index = transfers.firstIndex(where: { $0.urb == urb }) else { return }
        room -= transfers[index].length
        transfers.remove(at: index)
        trim()
    }

    /// Gives all transfers back with an error and forgets what waits.
    mutating func fail(_ status: CInt, _ bed: TestBed) {
        for transfer in transfers { bed.complete(transfer.urb, status: status) }
        transfers = []
        room = 0
        octets = []
    }

    /// Forgets what waits, as a box does when it stops.
    mutating func drain() { octets = [] }

    private mutating func settle(_ bed: TestBed) {
        while let transfer = transfers.first, octets.count >= transfer.length { give(transfer, transfer.length, bed) }
    }

    private mutating func give(_ transfer: HostTransfer, _ count: Int, _ bed: TestBed) {
        bed.complete(transfer.urb, octets: Array(octets[..<count]))
        octets.removeFirst(count)
        transfers.removeFirst()
        room -= transfer.length
    }

    /// A transfer that went away took its room with it.
    private mutating func trim() {
        let excess = octets.count - capacity - room
        guard excess > 0 else { return }
        octets.removeLast(excess)
        dropped += excess
    }
}
