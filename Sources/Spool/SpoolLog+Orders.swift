extension SpoolLog {
    /// What is to be done now, nil when there is nothing; the same order again until ``finished(failure:)``.
    package mutating func nextOrder() -> SpoolOrder? {
        if step == .idle { begin() }
        let current = SpoolName.segment(segment)
        let new = SpoolName.unfinished(nextSegment)
        switch step {
        case .idle: return nil
        case .write: return .write(current, offset: end, octets: octets)
        case .sync: return .sync(current)
        case .cut: return .truncate(current, octets: end)
        case .reset: return .truncate(current, octets: SpoolFormat.headerOctets)
        case .create: return .create(new)
        case .fill: return .write(new, offset: 0, octets: octets)
        case .syncNew: return .sync(new)
        case .rename: return .rename(new, to: SpoolName.segment(nextSegment))
        case .adopt, .syncFolder: return .syncFolder
        case .abandon: return .remove(new)
        case .sweep:
            guard let file = obsolete.last else { return nil }
            return damaged.contains(file) ? .rename(file, to: SpoolName.damaged) : .remove(file)
        }
    }

    /// Chooses the next operation.
    private mutating func begin() {
        if isTrusted, frames.isEmpty, hasTooMuchDead {
            step = .reset
        } else if !isHeld, !isTrusted || hasTooMuchDead {
            takeBatch()
            startSegment()
        } else if !queue.isEmpty || (!removals.isEmpty && !isHeld && isTrusted) {
            takeBatch()
            startWrite()
        } else if isClosing, isTrusted, hasUnsynced {
            step = .sync
        }
    }

    private mutating func takeBatch() {
        (batch, batchOctets) = (queue, queueOctets)
        (queue, queueOctets) = ([], 0)
        batchRemovals += removals
        removals = []
    }

    /// Writes the batch behind what is there, if that may be; else fails it.
    mutating func startWrite() {
        octets = batch.flatMap(\.octets) + SpoolFormat.encoded(removed: batchRemovals)
        guard isTrusted, end + octets.count <= SpoolFormat.headerOctets + 2 * limitOctets else {
            failBatch()
            isHeld = true
            return
        }
        step = .write
    }

    /// Makes a new segment of everything that waits, and the batch.
    mutating func startSegment() {
        let header = SpoolFormat.Header(segment: nextSegment, nextSequence: nextSequence)
        octets = SpoolFormat.encoded(header)
        for (_, frame) in frames.sorted(by: { $0.key < $1.key }) { octets += frame }
        for frame in batch { octets += frame.octets }
        step = .create
    }

    /// Takes the outcome of the order that ``nextOrder()`` gave: nil, or the `errno` of the call that failed.
    package mutating func finished(failure: CInt?) {
        guard let order = nextOrder() else { return }
        if let failure {
            let (operation, file) = order.subject
            let path = file.map { "\(folder)/\($0)" } ?? folder
            lastError = SpoolError(errno: failure, operation: operation, path: path)
            failed()
        } else {
            succeeded()
        }
    }

    private mutating func succeeded() {
        switch step {
        case .idle: break
        case .adopt: step = .sweep
        case .write:
            end += octets.count
            (octets, batchRemovals, hasUnsynced) = ([], [], true)
            step = batch.isEmpty ? .idle : .sync
        case .sync:
            hasUnsynced = false
            commitBatch()
            step = .idle
        case .cut: step = .idle
        case .reset:
            (end, removals, hasUnsynced) = (SpoolFormat.headerOctets, [], true)
            step = .idle
        case .create: step = .fill
        case .fill: step = .syncNew
        case .syncNew: step = .rename
        case .rename: step = .syncFolder
        case .syncFolder: standOnNewSegment()
        case .abandon: afterAbandoning()
        case .sweep:
            obsolete.removeLast()
            step = obsolete.isEmpty ? .idle : .sweep
        }
    }

    private mutating func failed() {
        switch step {
        case .idle: break
        case .adopt: step = .idle
        case .write:
            // Of removals alone: they can wait.
            isHeld = isHeld || batch.isEmpty
            failBatch()
            if frames.isEmpty { (end, removals) = (SpoolFormat.headerOctets, []) }
            step = .cut
        case .sync:
            isTrusted = false
            startSegment()
        case .cut, .reset:
            isTrusted = false
            step = .idle
        case .create, .fill, .syncNew:
            isHeld = true
            step = .abandon
        case .rename, .syncFolder:
            // Either segment may survive a crash now. Nothing is acknowledged before the new one, made again, stands.
            (isTrusted, isHeld) = (false, true)
            failBatch()
            step = .idle
        case .abandon: afterAbandoning()
        case .sweep:
            obsolete.insert(obsolete.removeLast(), at: 0)
            step = .idle
        }
    }

    private mutating func standOnNewSegment() {
        if segment > 0 { obsolete.append(SpoolName.segment(segment)) }
        (segment, end) = (nextSegment, octets.count)
        nextSegment += 1
        (isTrusted, isHeld, hasUnsynced) = (true, false, false)
        (octets, batchRemovals) = ([], [])
        commitBatch()
        step = obsolete.isEmpty ? .idle : .sweep
    }

    /// There is no new segment: on with the old one, as long as it is trusted.
    private mutating func afterAbandoning() {
        step = .idle
        if batch.isEmpty {
            failBatch()
        } else {
            startWrite()
        }
    }

    private mutating func commitBatch() {
        for frame in batch {
            frames[frame.sequence] = frame.octets
            outcomes.append(Outcome(sequence: frame.sequence, error: nil))
        }
        if !batch.isEmpty { lastError = nil }
        frameOctets += batchOctets
        (batch, batchOctets) = ([], 0)
    }

    /// Ends the running operation: its appends have failed, its removals wait for the next.
    private mutating func failBatch() {
        let error = lastError ?? .full(limit: limitOctets)
        outcomes += batch.map { Outcome(sequence: $0.sequence, error: error) }
        removals = batchRemovals + removals
        (batch, batchOctets, batchRemovals, octets) = ([], 0, [], [])
    }
}
