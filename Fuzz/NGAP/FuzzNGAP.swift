import NGAP

/// What decodes as an NGAP PDU and encodes again decodes to the same.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let pdu = try? NGAPPDU(decoding: Array(UnsafeBufferPointer(start: start, count: count))),
        let octets = try? pdu.encoded()
    else { return 0 }
    let again = try? NGAPPDU(decoding: octets)
    guard again == pdu else { fatalError("\(pdu) became \(again as Any)") }
    return 0
}
