import AIoTMac

/// What decodes as a D2R message encodes again, and to octets that decode to the same. The first octet tells whether
/// the rest is Msg1 of CBRA.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let isMsg1 = octets.first.map { $0 & 1 == 1 } ?? false
    guard let message = try? D2RMessage(decoding: Array(octets.dropFirst()), isMsg1OfCBRA: isMsg1) else { return 0 }
    let again = (try? message.encoded()).flatMap { try? D2RMessage(decoding: $0, isMsg1OfCBRA: isMsg1) }
    guard again == message else { fatalError("\(message) became \(again as Any)") }
    return 0
}
