/// What the files of a folder say, read from any octets.
package struct SpoolScan: Sendable {
    /// The frames of the records that wait, by sequence.
    var frames: [UInt64: [UInt8]] = [:]
    var nextSequence: UInt64 = 1
    /// The segment that counts; 0 when there is none.
    var segment: UInt64 = 0
    var nextSegment: UInt64 = 1
    /// Segments, finished or not, that do not count.
    var stale: [String] = []
    package private(set) var recovery = SpoolRecovery()

    /// Reads the segments among `names`, the highest number first, until one has a sound header.
    package init(names: [String], read: (String) throws(SpoolError) -> [UInt8]) throws(SpoolError) {
        stale = names.filter { SpoolName.number(of: $0) != nil }.sorted()
        nextSegment = (stale.compactMap(SpoolName.number).max() ?? 0) + 1
        for name in stale.reversed() where !SpoolName.isUnfinished(name) {
            let octets = try read(name)
            guard let header = SpoolFormat.header(of: octets), SpoolName.segment(header.segment) == name else {
                recovery.damages.append(SpoolRecovery.Damage(file: name, offset: 0, octets: octets.count))
                continue
            }
            guard header.version <= SpoolFormat.version else {
                throw .newerVersion(version: header.version, path: name)
            }
            let end = take(octets, after: header)
            if end < octets.count {
                recovery.damages.append(SpoolRecovery.Damage(file: name, offset: end, octets: octets.count - end))
            }
            segment = header.segment
            stale.removeAll { $0 == name }
            break
        }
        recovery.records = frames.count
    }

    /// Takes the frames behind the header; returns where the first that is cut or damaged begins.
    private mutating func take(_ octets: [UInt8], after header: SpoolFormat.Header) -> Int {
        var offset = SpoolFormat.headerOctets
        var last: UInt64 = 0
        defer { nextSequence = max(header.nextSequence, last + 1) }
        while let (body, length) = SpoolFormat.body(at: offset, of: octets) {
            switch body {
            case .record(let record):
                guard record.sequence > last, record.sequence < SpoolFormat.numberLimit else { return offset }
                last = record.sequence
                frames[last] = Array(octets[offset..<offset + length])
            case .removed(let sequences):
                for sequence in sequences { frames[sequence] = nil }
            }
            offset += length
        }
        return offset
    }
}
