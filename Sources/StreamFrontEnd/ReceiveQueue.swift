import Synchronization
import Transceiver

/// The way of received octets from the transceiver's thread to the receive thread: allocated once, and bounded.
///
/// Where it is full the newest block is left out; the receive thread sees the gap in the numbers. One thread takes
/// items out; it reads their octets in place, without the lock.
package final class ReceiveQueue: @unchecked Sendable {
    // Unchecked: octets between `tail` and `head` are the consumer's, all others the producers', who hold the lock.
    package enum Item {
        /// Streaming has begun anew: what was waiting is left out. Sessions count from 1.
        case restarted(session: Int)
        /// Samples are missing here; nil: nobody knows how many.
        case lost(samples: Int64?)
        /// Whole samples in two parts, of which the second may be empty, with the number of the first.
        case block(firstSample: Int64, UnsafeRawBufferPointer, UnsafeRawBufferPointer)
    }

    private struct State {
        /// Octets ever written, and given back.
        var head = 0
        var tail = 0
        /// Octets of the item that the consumer has.
        var taken = 0
        /// Where the octets of the present session begin, until the consumer has been told.
        var sessionStart: Int?
        var session = 0
        var longest = 0
    }

    private static let headerOctets = 16
    private let storage: UnsafeMutableRawBufferPointer
    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    /// - Parameter octets: room, headers included; a sample never lies across its end.
    package init(octets: Int) {
        let room = max(octets, 1 << 16) & ~15
        storage = .allocate(byteCount: room, alignment: 16)
        // Touched now, so that no page is missing when samples come.
        storage.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { storage.deallocate() }

    package var capacity: Int { storage.count }
    package var longest: Int { state.withLock { $0.longest } }
    /// Octets that wait, headers included.
    package var waiting: Int { state.withLock { $0.head - $0.tail } }

    /// Puts a block of whole samples into the queue; nothing where it is full.
    package func put(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        guard !octets.isEmpty else { return }
        append(octets, firstSample: firstSample)
    }

    /// Puts a mark into the queue that samples are missing.
    package func markLoss(samples: Int64?) {
        append(UnsafeRawBufferPointer(start: nil, count: 0), firstSample: samples ?? -1)
    }

    /// Leaves out all that waits; for when no block comes.
    /// - Returns: the number of the session that begins.
    @discardableResult package func restart() -> Int {
        defer { wakeUp.post() }
        return state.withLock { state in
            state.sessionStart = state.head
            state.session += 1
            return state.session
        }
    }

    /// Ends a wait.
    package func wake() { wakeUp.post() }

    package func wait(milliseconds: Int) { wakeUp.wait(milliseconds: milliseconds) }

    /// The next item; its octets are good until the next call.
    package func next() -> Item? {
        let (session, place) = state.withLock { state -> (Int?, Int?) in
            state.tail += state.taken
            state.taken = 0
            guard let start = state.sessionStart else { return (nil, state.tail < state.head ? state.tail : nil) }
            state.tail = max(state.tail, start)
            state.sessionStart = nil
            return (state.session, nil)
        }
        if let session { return .restarted(session: session) }
        guard let place else { return nil }
        var header: (firstSample: Int64, count: Int64) = (0, 0)
        withUnsafeMutableBytes(of: &header) { header in
            let (first, second) = parts(at: place, count: Self.headerOctets)
            header.copyMemory(from: first)
            UnsafeMutableRawBufferPointer(rebasing: header[first.count...]).copyMemory(from: second)
        }
        let count = Int(header.count)
        state.withLock { $0.taken = Self.headerOctets + count }
        guard count > 0 else { return .lost(samples: header.firstSample < 0 ? nil : header.firstSample) }
        let (first, second) = parts(at: place + Self.headerOctets, count: count)
        return .block(firstSample: header.firstSample, first, second)
    }

    private func append(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        state.withLock { state in
            let needed = Self.headerOctets + octets.count
            guard state.head - state.tail + needed <= storage.count else { return }
            var header = (firstSample: firstSample, count: Int64(octets.count))
            withUnsafeBytes(of: &header) { write($0, at: state.head) }
            write(octets, at: state.head + Self.headerOctets)
            state.head += needed
            state.longest = max(state.longest, state.head - state.tail)
        }
        wakeUp.post()
    }

    private func write(_ octets: UnsafeRawBufferPointer, at place: Int) {
        let position = place % storage.count
        let count = min(octets.count, storage.count - position)
        UnsafeMutableRawBufferPointer(rebasing: storage[position..<position + count])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[..<count]))
        guard count < octets.count else { return }
        storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: octets[count...]))
    }

    private func parts(at place: Int, count: Int) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer) {
        let position = place % storage.count
        let first = min(count, storage.count - position)
        return (
            UnsafeRawBufferPointer(rebasing: storage[position..<position + first]),
            UnsafeRawBufferPointer(rebasing: storage[0..<count - first])
        )
    }
}
