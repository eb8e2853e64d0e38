/// What the log wants done to a file of its folder; names are those of ``SpoolName``.
package enum SpoolOrder: Hashable, Sendable {
    /// Make the file, empty also when it was there.
    case create(String)
    /// Write all octets at the offset; when that fails, any part of them may be there.
    case write(String, offset: Int, octets: [UInt8])
    /// Make the octets of the file durable.
    case sync(String)
    case truncate(String, octets: Int)
    case rename(String, to: String)
    /// Make the names in the folder durable.
    case syncFolder
    /// Delete the file; it is no failure when there is none.
    case remove(String)

    /// What failed, for the text of an error: the call, and the file (nil for the folder).
    var subject: (operation: String, file: String?) {
        switch self {
        case .create(let file): ("open", file)
        case .write(let file, _, _): ("write", file)
        case .sync(let file): ("fdatasync", file)
        case .truncate(let file, _): ("ftruncate", file)
        case .rename(let file, _): ("rename", file)
        case .syncFolder: ("fsync", nil)
        case .remove(let file): ("unlink", file)
        }
    }
}
