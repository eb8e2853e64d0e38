/// The decisions of the spool, without input or output: what is in the log, what is written next, and what is durable.
///
/// ``nextOrder()`` says what is to be done to the files, ``finished(failure:)`` takes the outcome of that one order; the
/// records that became durable, or failed, come out of ``takeOutcomes()``. All records that were queued when a
/// write starts go into it and share its fsync.
///
/// Rules (*ours*):
/// - A record is acknowledged when its frame and all before it are durable.
/// - After a failed write the file is cut back to where it was right. After a failed fsync or cut it is not trusted any
///   more (the kernel may have dropped what it could not write), and everything that waits goes into a new segment.
/// - When more than a quarter of the limit is dead in the file, a new segment replaces it; when nothing waits, the file is
///   cut back to its header, which needs no room.
/// - Removals are written with the next records, or alone, without fsync: after a crash a record may come again.
package struct SpoolLog: Sendable {
    /// The outcome of one append.
    package struct Outcome: Sendable {
        package var sequence: UInt64
        package var error: SpoolError?
    }

    struct Frame: Sendable {
        var sequence: UInt64
        var octets: [UInt8]
    }

    /// The order that is out, by what it is for.
    enum Step: Sendable {
        case idle
        /// At the start: make the name of the segment that counts durable, so that the others may go.
        case adopt
        /// Into the segment: write, fsync; cut after a failed write; cut to the header.
        case write, sync, cut, reset
        /// A new segment: make, fill, fsync, name, fsync of the folder; remove it after a failure; remove the old ones.
        case create, fill, syncNew, rename, syncFolder, abandon, sweep
    }

    package let limitOctets: Int
    let folder: String

    /// What is durable and not removed.
    var frames: [UInt64: [UInt8]]
    var frameOctets: Int
    var nextSequence: UInt64
    var queue: [Frame] = []
    var queueOctets = 0
    /// What the running write, or the new segment, carries beyond ``frames``.
    var batch: [Frame] = []
    var batchOctets = 0
    /// Removals that are not in the file, and those that the running operation takes along.
    var removals: [UInt64] = []
    var batchRemovals: [UInt64] = []

    /// The segment that counts (0: none), and where its right part ends.
    var segment: UInt64
    var end = 0
    /// False: nothing may be written but a new segment.
    var isTrusted = false
    /// Removals have been written without fsync.
    var hasUnsynced = false
    /// A new segment or a write of removals has failed: not again before ``retry()``.
    var isHeld = false
    var nextSegment: UInt64
    /// What the running order writes.
    var octets: [UInt8] = []
    /// Segments that do not count any more.
    var obsolete: [String]
    /// Those of them that are kept for a look.
    var damaged: Set<String>

    var step = Step.idle
    var isClosing = false
    var outcomes: [Outcome] = []
    var turnedAway: UInt64 = 0
    var lastError: SpoolError?

    /// A log that goes on where `scan` ends; `folder` is only for texts.
    package init(_ scan: SpoolScan, limitOctets: Int, folder: String) {
        self.limitOctets = limitOctets
        self.folder = folder
        frames = scan.frames
        frameOctets = scan.frames.values.reduce(0) { $0 + $1.count }
        nextSequence = scan.nextSequence
        segment = scan.segment
        nextSegment = scan.nextSegment
        obsolete = scan.stale
        step = obsolete.isEmpty ? .idle : .adopt
        damaged = Set(scan.recovery.damages.map(\.file))
    }

    /// Takes a record for the next write; returns its sequence. Throws `full`, `tooLong` or `closed`.
    package mutating func append(owner: [UInt8], payload: [UInt8]) throws(SpoolError) -> UInt64 {
        guard !isClosing else { throw .closed }
        guard owner.count <= SpoolRecord.maximumOwnerOctets, payload.count <= SpoolRecord.maximumPayloadOctets else {
            throw .tooLong(octets: max(owner.count, payload.count))
        }
        let size = SpoolFormat.frameHeaderOctets + SpoolFormat.recordHeaderOctets + owner.count + payload.count
        guard promisedOctets + size <= limitOctets, nextSequence < SpoolFormat.numberLimit else {
            turnedAway += 1
            lastError = .full(limit: limitOctets)
            throw .full(limit: limitOctets)
        }
        let record = SpoolRecord(sequence: nextSequence, owner: owner, payload: payload)
        nextSequence += 1
        queue.append(Frame(sequence: record.sequence, octets: SpoolFormat.encoded(record)))
        queueOctets += size
        return record.sequence
    }

    /// The durable records for `owner` that are not removed, in order.
    package func pending(owner: [UInt8]) -> [SpoolRecord] {
        frames.values.compactMap { frame -> SpoolRecord? in
            guard let record = SpoolFormat.record(inFrame: frame), record.owner == owner else { return nil }
            return record
        }.sorted { $0.sequence < $1.sequence }
    }

    /// Takes records out that have been delivered; sequences that are not pending are passed over.
    package mutating func remove(_ sequences: [UInt64]) {
        for sequence in sequences {
            guard let frame = frames.removeValue(forKey: sequence) else { continue }
            frameOctets -= frame.count
            removals.append(sequence)
        }
    }

    /// Tries again what has failed; to be called about once a second.
    package mutating func retry() {
        isHeld = false
    }

    /// Takes no more records; what is queued is still written.
    package mutating func close() {
        isClosing = true
        isHeld = false
    }

    /// The appends that have come to their end since the last call, each once.
    package mutating func takeOutcomes() -> [Outcome] {
        defer { outcomes = [] }
        return outcomes
    }

    package var status: SpoolStatus {
        SpoolStatus(
            records: frames.count, octets: promisedOctets, limitOctets: limitOctets, fileOctets: end,
            turnedAway: turnedAway, lastError: lastError)
    }

    var promisedOctets: Int { frameOctets + queueOctets + batchOctets }
    var deadOctets: Int { end - SpoolFormat.headerOctets - frameOctets }
    var hasTooMuchDead: Bool { deadOctets > limitOctets / 4 }
}
