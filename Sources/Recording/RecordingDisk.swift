/// Where recordings are written; tests put a slow or a full one in its place.
package protocol RecordingDisk: Sendable {
    /// Makes a file that must not exist yet.
    func create(_ path: String) throws(RecordingFailure) -> any RecordingSink
    /// Writes a small file at once, or leaves what is there.
    func replace(_ path: String, with octets: [UInt8]) throws(RecordingFailure)
    func remove(_ path: String)
    /// Whether files can be made in the folder of `path`.
    func check(_ path: String) throws(RecordingFailure)
}

/// A file that grows; used by one thread at a time.
package protocol RecordingSink: AnyObject, Sendable {
    /// Appends all of `octets`, or nothing of them. May take long.
    func write(_ octets: UnsafeRawBufferPointer) throws(RecordingFailure)
    func close()
}

/// Computes `core:sha512` while samples are written; this room has no cryptography of its own.
package protocol RecordingDigest {
    mutating func update(_ octets: UnsafeRawBufferPointer)
    /// In hexadecimal digits.
    func finished() -> String
}

/// Why a recording cannot be made or goes no further; the text says what to do.
package struct RecordingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case exists
        case full
        case denied
        case other
    }

    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
