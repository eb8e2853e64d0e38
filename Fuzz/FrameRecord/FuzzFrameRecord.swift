import AIoTCapture

/// What decodes as a frame record encodes to the same octets, and its message is read or refused.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    guard let record = try? FrameRecord(decoding: octets) else { return 0 }
    guard record.encoded() == octets else { fatalError("\(record) encodes to others") }
    _ = try? record.decodedMessage()
    return 0
}
