import NGAP

/// Has a bug on purpose, four comparisons deep: `scripts/fuzz` is worth something only while it finds this one.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    _ = try? NGAPPDU(decoding: octets)
    if octets.count > 3, octets[0] == 0x41, octets[1] == 0x2D, octets[2] == 0x49, octets[3] == 0x6F {
        fatalError("the planted bug")
    }
    return 0
}
