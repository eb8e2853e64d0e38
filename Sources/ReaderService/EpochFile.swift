import Glibc

/// The epoch of RAN-AIOT-Device-NGAP-IDs, kept over restarts so that no ID is given twice (`spec/3` "The procedure on
/// it").
struct EpochFile: Sendable {
    let path: String

    /// What stands in the file; 0 where there is none yet.
    func read() throws(StateError) -> UInt16 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return 0 }
            throw StateError(path: path, what: "cannot be read", number: errno)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        guard let value = UInt16(text.prefix { $0.isNumber }) else {
            throw StateError(
                path: path, what: "holds no number from 0 to 65,535: write one above all used so far", number: 0)
        }
        return value
    }

    /// Durable when it returns: written beside, synchronised, renamed.
    func write(_ epoch: UInt16) throws(StateError) {
        let beside = path + ".new"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateError(path: beside, what: "cannot be written", number: errno) }
        let octets = Array("\(epoch)\n".utf8)
        let isWritten = Glibc.write(descriptor, octets, octets.count) == octets.count && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isWritten else { throw StateError(path: beside, what: "cannot be written", number: number) }
        guard rename(beside, path) == 0 else { throw StateError(path: path, what: "cannot be replaced", number: errno) }
        let end = path.lastIndex(of: "/")
        let folder = open(end.map { String(path[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
