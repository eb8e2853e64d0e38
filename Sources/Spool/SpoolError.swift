import Glibc

/// Why the spool cannot keep a record, or cannot be opened.
package enum SpoolError: Error, Hashable, Sendable {
    /// The records that wait have reached the limit, in octets.
    case full(limit: Int)
    /// The disk, the quota or the permitted size of a file is used up.
    case noSpace(path: String)
    /// A call of the operating system failed.
    case io(errno: CInt, operation: String, path: String)
    /// The folder is none, or holds what no spool has written.
    case notASpool(path: String)
    /// A later version of the program has written the file.
    case newerVersion(version: UInt32, path: String)
    /// Another process has the spool open.
    case locked(path: String)
    /// An owner or a payload longer than a record can hold.
    case tooLong(octets: Int)
    /// The spool has been closed.
    case closed

    /// The error for what a call of the operating system has left in `errno`.
    init(errno: CInt, operation: String, path: String) {
        switch errno {
        case ENOSPC, EDQUOT, EFBIG: self = .noSpace(path: path)
        default: self = .io(errno: errno, operation: operation, path: path)
        }
    }
}

extension SpoolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .full(let limit):
            "the spool is full (\(limit) octets): bring the link to the AIoTF back, or raise the limit"
        case .noSpace(let path):
            "no room to write \(path): free disk space or raise the quota; appends work again as soon as there is room"
        case .io(let errno, let operation, let path):
            "\(operation) \(path): \(String(cString: strerror(errno))); "
                + "check the disk and the owner of the folder"
        case .notASpool(let path):
            "\(path) does not belong to a spool: give the spool an empty folder of its own"
        case .newerVersion(let version, let path):
            "\(path) has version \(version) of the format, this program knows \(SpoolFormat.version): "
                + "start the later program, let it deliver all records, then go back"
        case .locked(let path):
            "\(path) is in use by another process: stop it, or give each reader a spool folder of its own"
        case .tooLong(let octets):
            "an owner or a payload of \(octets) octets does not fit into a record: at most "
                + "\(SpoolRecord.maximumOwnerOctets) and \(SpoolRecord.maximumPayloadOctets); this is a defect, report it"
        case .closed:
            "the spool has been closed: the program is stopping"
        }
    }
}
