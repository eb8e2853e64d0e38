import Glibc

/// The file at hand, and how much has gone into it.
struct TraceDisk: Sendable {
    private let path: String
    /// Octets of one file.
    private let limit: Int
    private let form: TraceForm
    private var descriptor: Int32
    private let isRegular: Bool
    private var written = 0
    private var buffer: [UInt8] = []

    /// Octets that are written at once.
    private static let blockOctets = 65_536

    init(path: String, limitOctets: Int, form: TraceForm) throws(TraceFileFailure) {
        self.path = path
        self.form = form
        var status = stat()
        let isThere = stat(path, &status) == 0
        isRegular = !isThere || status.st_mode & S_IFMT == S_IFREG
        limit = isRegular ? limitOctets / 2 : limitOctets
        if isThere, isRegular, status.st_size > 0 { try Self.keep(path) }
        descriptor = try Self.open(path)
        buffer = form.header
        try flush()
    }

    private static func open(_ path: String) throws(TraceFileFailure) -> Int32 {
        // A pipe that nobody reads would hold up the start; writes may wait, on the thread of the file.
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY
        let descriptor = Glibc.open(path, flags | O_NONBLOCK, 0o640)
        guard descriptor >= 0, fcntl(descriptor, F_SETFL, O_WRONLY) == 0 else {
            throw TraceFileFailure(path: path, code: errno)
        }
        return descriptor
    }

    /// Makes the file the one before.
    private static func keep(_ path: String) throws(TraceFileFailure) {
        guard rename(path, path + ".1") == 0 else { throw TraceFileFailure(path: path + ".1", code: errno) }
    }

    mutating func append(_ octets: [UInt8]) throws(TraceFileFailure) {
        let size = written + buffer.count
        if size + octets.count + form.footer.count > limit, size > form.header.count {
            try beginAnew()
        }
        buffer += octets
        if buffer.count >= Self.blockOctets { try flush() }
    }

    private mutating func beginAnew() throws(TraceFileFailure) {
        guard isRegular else {
            try close()
            throw TraceFileFailure(path: path, code: nil)
        }
        try close()
        try Self.keep(path)
        descriptor = try Self.open(path)
        written = 0
        buffer = form.header
        try flush()
    }

    mutating func flush() throws(TraceFileFailure) {
        var first = 0
        defer { buffer.removeAll(keepingCapacity: true) }
        while first < buffer.count {
            let count = buffer[first...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TraceFileFailure(path: path, code: count < 0 ? errno : EIO) }
            first += count
            written += count
        }
    }

    mutating func close() throws(TraceFileFailure) {
        buffer += form.footer
        try flush()
        guard Glibc.close(descriptor) == 0 else { throw TraceFileFailure(path: path, code: errno) }
    }
}
