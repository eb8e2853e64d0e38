import AIoTCapture

/// A file gives the same packets, and the same end, whole and in pieces; the first octet is the size of the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    guard let size = octets.first else { return 0 }
    let file = Array(octets.dropFirst())
    let whole = outcome(of: file, piecesOf: max(file.count, 1))
    let pieces = outcome(of: file, piecesOf: Int(size) + 1)
    guard whole == pieces else { fatalError("\(whole) in one, \(pieces) in pieces of \(Int(size) + 1)") }
    return 0
}

private struct Outcome: Equatable {
    var packets: [CapturedPacket] = []
    var error: PcapngError?
}

private func outcome(of file: [UInt8], piecesOf size: Int) -> Outcome {
    var outcome = Outcome()
    var reader = PcapngReader()
    do throws(PcapngError) {
        for start in stride(from: 0, to: file.count, by: size) {
            reader.append(file[start..<min(start + size, file.count)])
            while let packet = try reader.next() { outcome.packets.append(packet) }
        }
        try reader.finish()
    } catch {
        outcome.error = error
    }
    return outcome
}
