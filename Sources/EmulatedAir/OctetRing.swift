/// Octets that wait for their time; what does not fit is dropped.
struct OctetRing {
    private var octets: [UInt8]
    private var start = 0
    private(set) var count = 0

    init(capacity: Int) {
        octets = [UInt8](repeating: 0, count: max(capacity, 1))
    }

    /// Empties it and puts zeros in.
    mutating func reset(zeros: Int) {
        start = 0
        count = min(max(zeros, 0), octets.count)
        for index in 0..<count { octets[index] = 0 }
    }

    mutating func append(_ source: UnsafeRawBufferPointer) {
        var offset = 0
        let total = min(source.count, octets.count - count)
        octets.withUnsafeMutableBytes { ring in
            while offset < total {
                let place = (start + count) % ring.count
                let length = min(total - offset, ring.count - place)
                UnsafeMutableRawBufferPointer(rebasing: ring[place..<place + length])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + length]))
                offset += length
                count += length
            }
        }
    }

    /// Moves octets out; where there are too few, zeros follow.
    mutating func take(into target: UnsafeMutableRawBufferPointer) {
        var offset = 0
        let total = min(target.count, count)
        octets.withUnsafeBytes { ring in
            while offset < total {
                let length = min(total - offset, ring.count - start)
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + length])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: ring[start..<start + length]))
                offset += length
                start = (start + length) % ring.count
            }
        }
        count -= total
        for index in total..<target.count { target[index] = 0 }
    }
}
