import AIoTMac

/// What decodes as an R2D message encodes again, and to octets that decode to the same.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let message = try? R2DMessage(decoding: Array(UnsafeBufferPointer(start: start, count: count))) else {
        return 0
    }
    let again = (try? message.encoded()).flatMap { try? R2DMessage(decoding: $0) }
    guard again == message else { fatalError("\(message) became \(again as Any)") }
    return 0
}
