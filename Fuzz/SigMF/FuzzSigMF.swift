import AIoTCapture

/// Metadata that is read is written so that it is read the same, apart from the order of captures and annotations.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    guard let metadata = try? SigMFMetadata(parsing: octets) else { return 0 }
    let ordered = try? SigMFMetadata(parsing: metadata.encoded())
    guard let ordered, ordered.annotations.count == metadata.annotations.count else {
        fatalError("\(metadata) is not read again")
    }
    let again = try? SigMFMetadata(parsing: ordered.encoded())
    guard again == ordered else { fatalError("\(ordered) became \(again as Any)") }
    return 0
}
