import Spool

/// Any octets as a segment, and any failures on the way to a new one: what was read is read again from what is written.
///
/// The first octet says whether the rest is a segment as it is, or bodies of frames (a length of one octet before each)
/// that get a right header and right checks; its other bits, which order fails.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let mode = rest.popFirst() else { return 0 }
    let name = "0000000000000001.spool"
    var disk = [name: mode & 1 == 0 ? Array(rest) : segment(rest)]
    guard var log = open(disk) else { return 0 }
    let found = log.pending(owner: [])
    let records = log.status.records
    guard zip(found, found.dropFirst()).allSatisfy({ $0.sequence < $1.sequence }) else { fatalError("order") }
    var orders = 0
    while let order = log.nextOrder() {
        let isFailing = orders == Int(mode >> 1)
        if !isFailing { perform(order, on: &disk) }
        log.finished(failure: isFailing ? 5 : nil)
        orders += 1
        guard orders < 100 else { fatalError("orders without end") }
        guard let again = open(disk), again.pending(owner: []) == found, again.status.records == records else {
            fatalError("lost or invented after \(order)")
        }
    }
    return 0
}

private func open(_ disk: [String: [UInt8]]) -> SpoolLog? {
    let scan = try? SpoolScan(names: disk.keys.sorted()) { name throws(SpoolError) in disk[name] ?? [] }
    return scan.map { SpoolLog($0, limitOctets: 1 << 16, folder: "spool") }
}

private func perform(_ order: SpoolOrder, on disk: inout [String: [UInt8]]) {
    switch order {
    case .create(let name): disk[name] = []
    case .write(let name, let offset, let octets): disk[name, default: []].replaceSubrange(offset..., with: octets)
    case .truncate(let name, let octets): disk[name] = Array((disk[name] ?? []).prefix(octets))
    case .rename(let name, let new): disk[new] = disk.removeValue(forKey: name)
    case .remove(let name): disk[name] = nil
    case .sync, .syncFolder: break
    }
}

private func segment(_ bodies: ArraySlice<UInt8>) -> [UInt8] {
    var rest = bodies
    let header: [UInt8] = Array("AIoTSpol".utf8) + [0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1]
    var octets = header + check(header)
    while let length = rest.popFirst() {
        let body = rest.prefix(Int(length))
        rest = rest.dropFirst(body.count)
        let front = [0, 0, 0, UInt8(body.count)]
        octets += front + check(front + body) + body
    }
    return octets
}

/// CRC-32C bit by bit.
private func check(_ octets: [UInt8]) -> [UInt8] {
    var value = UInt32.max
    for octet in octets {
        value ^= UInt32(octet)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ~value >> $0) }
}
