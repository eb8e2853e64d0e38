import Glibc

/// Carries out the orders of a ``SpoolLog`` in a folder. It is used by one thread at a time.
final class SpoolFiles {
    private let path: String
    private let folder: CInt
    private let lock: CInt
    /// Files that have been written to, by name.
    private var open: [String: CInt] = [:]

    /// No segment is longer: twice the limit, which is bounded.
    static let maximumFileOctets = 2 * Spool.maximumLimitOctets + (1 << 20)

    /// Opens the folder, made when it is missing, and locks it.
    init(path: String) throws(SpoolError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw SpoolError(errno: errno, operation: "mkdir", path: path)
        }
        let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            guard errno != ENOTDIR else { throw .notASpool(path: path) }
            throw SpoolError(errno: errno, operation: "open", path: path)
        }
        do throws(SpoolError) {
            lock = try Self.lock(in: folder, path: path)
        } catch {
            Glibc.close(folder)
            throw error
        }
        self.folder = folder
        self.path = path
    }

    private static func lock(in folder: CInt, path: String) throws(SpoolError) -> CInt {
        let lock = openat(folder, SpoolName.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw SpoolError(errno: errno, operation: "open", path: "\(path)/\(SpoolName.lock)") }
        guard flock(lock, LOCK_EX | LOCK_NB) != 0 else { return lock }
        let failure = errno
        Glibc.close(lock)
        guard failure != EWOULDBLOCK else { throw .locked(path: path) }
        throw SpoolError(errno: failure, operation: "flock", path: "\(path)/\(SpoolName.lock)")
    }

    deinit {
        for descriptor in open.values { Glibc.close(descriptor) }
        Glibc.close(lock)
        Glibc.close(folder)
    }

    /// The names in the folder; throws `notASpool` when there is one that no spool makes.
    func names() throws(SpoolError) -> [String] {
        guard let stream = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw SpoolError(errno: errno, operation: "opendir", path: path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !SpoolName.foreign.contains(name) else { continue }
            guard SpoolName.isOurs(name) else { throw .notASpool(path: "\(path)/\(name)") }
            names.append(name)
        }
        return names
    }

    /// The octets of the file; what is behind ``maximumFileOctets`` is left out.
    func read(_ name: String) throws(SpoolError) -> [UInt8] {
        let file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw SpoolError(errno: errno, operation: "open", path: "\(path)/\(name)") }
        defer { Glibc.close(file) }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while octets.count < Self.maximumFileOctets {
            let count = Glibc.read(file, &part, part.count)
            guard count >= 0 || errno == EINTR else {
                throw SpoolError(errno: errno, operation: "read", path: "\(path)/\(name)")
            }
            if count == 0 { break }
            octets += part.prefix(max(count, 0))
        }
        return octets
    }

    /// Carries out an order; returns the `errno` of what failed.
    func perform(_ order: SpoolOrder) -> CInt? {
        switch order {
        case .create(let name):
            close(name)
            return descriptor(name, flags: O_CREAT | O_TRUNC) >= 0 ? nil : errno
        case .write(let name, let offset, let octets):
            return write(octets, to: descriptor(name), at: offset)
        case .sync(let name): return failure(fdatasync(descriptor(name)))
        case .truncate(let name, let octets): return failure(ftruncate(descriptor(name), off_t(octets)))
        case .rename(let name, let new):
            close(new)
            guard renameat(folder, name, folder, new) == 0 else { return errno }
            open[new] = open.removeValue(forKey: name)
            return nil
        case .syncFolder: return failure(fsync(folder))
        case .remove(let name):
            close(name)
            return unlinkat(folder, name, 0) == 0 || errno == ENOENT ? nil : errno
        }
    }

    private func failure(_ result: CInt) -> CInt? {
        result == 0 ? nil : errno
    }

    /// The open file of that name, or -1 with `errno`.
    private func descriptor(_ name: String, flags: CInt = 0) -> CInt {
        if let descriptor = open[name] { return descriptor }
        let descriptor = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
        if descriptor >= 0 { open[name] = descriptor }
        return descriptor
    }

    private func close(_ name: String) {
        if let descriptor = open.removeValue(forKey: name) { Glibc.close(descriptor) }
    }

    private func write(_ octets: [UInt8], to descriptor: CInt, at offset: Int) -> CInt? {
        octets.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                guard count >= 0 || errno == EINTR else { return errno }
                // A file system that takes nothing and gives no reason.
                guard count != 0 else { return ENOSPC }
                done += max(count, 0)
            }
            return nil
        }
    }
}
