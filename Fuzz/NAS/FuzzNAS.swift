import AIoTSecurity

/// What decodes as a NAS PDU encodes to the same octets; paging identities and commands are tried on the same octets.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    _ = try? PagingIdentity(decoding: octets)
    _ = try? FollowOnCommand(plaintext: octets)
    _ = try? FollowOnResponse(plaintext: octets)
    guard let pdu = try? NASPDU(decoding: octets), let again = try? pdu.encoded() else { return 0 }
    guard again == octets else { fatalError("\(octets) became \(again)") }
    return 0
}
