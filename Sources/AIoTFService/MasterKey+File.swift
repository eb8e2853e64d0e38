import AIoTBase
import Glibc
package import ServiceManager

/// Where a master key is not to be had.
package enum KeyFileFailure: ServiceFailure, Equatable {
    case missing(path: String)
    case readableByOthers(path: String)
    case noPermission(path: String)
    case malformed(path: String)
    case exists(path: String)
    case notWritten(path: String, reason: String)
    case notNamed
    /// A credential is named that is not there.
    case credential(CredentialMissing)

    package var description: String {
        switch self {
        case .missing(let path):
            "no key file \(path): make one with `aiot-reader aiotf key --out \(path)`, or name the one of this store"
        case .readableByOthers(let path):
            "others can read or write the key file \(path): run `chmod 600 \(path)`, and consider the key as known to them"
        case .noPermission(let path): "no permission to read the key file \(path): run this as its owner"
        case .malformed(let path): "\(path) is no key file: it holds 64 hexadecimal digits or 32 octets"
        case .exists(let path):
            "\(path) is there already: take another name; a store whose key file is lost cannot be read any more"
        case .notWritten(let path, let reason): "cannot write the key file \(path): \(reason)"
        case .notNamed:
            "no key for the store: name its key file with --key-file, or pass the systemd credential aiotf-key"
        case .credential(let missing): missing.description
        }
    }

    package var exitStatus: Int32 {
        switch self {
        case .missing: ExitStatus.noInput
        case .noPermission: ExitStatus.noPermission
        case .exists, .notWritten: ExitStatus.cannotWrite
        case .readableByOthers, .malformed, .notNamed, .credential: ExitStatus.configuration
        }
    }
}

extension MasterKey {
    /// From a file that only its owner may read.
    package init(file path: String) throws(KeyFileFailure) {
        try self.init(path: path, checksMode: true)
    }

    /// From the credential `aiotf-key`, where systemd has passed one; it guards the file itself (systemd.exec(5)).
    package init?(_ credentials: ServiceCredentials) throws(KeyFileFailure) {
        guard let path = credentials.path(named: "aiotf-key") else { return nil }
        try self.init(path: path, checksMode: false)
    }

    /// From a file, or the credential that `credential:NAME` names.
    package init(setting: String, _ credentials: ServiceCredentials) throws(KeyFileFailure) {
        let path: String
        do throws(CredentialMissing) {
            path = try credentials.path(of: setting)
        } catch {
            throw .credential(error)
        }
        try self.init(path: path, checksMode: path == setting)
    }

    private init(path: String, checksMode: Bool) throws(KeyFileFailure) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == EACCES ? .noPermission(path: path) : .missing(path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .malformed(path: path) }
        if checksMode, status.st_mode & 0o077 != 0 { throw .readableByOthers(path: path) }
        var octets = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &octets, octets.count)
        guard let key = Self(text: octets.prefix(max(0, count))) else { throw .malformed(path: path) }
        self = key
    }

    /// 32 octets, or 64 digits and white space after them.
    private init?(text: ArraySlice<UInt8>) {
        if let key = Self(text) {
            self = key
            return
        }
        let digits = String(decoding: text.prefix(64), as: UTF8.self)
        guard text.dropFirst(64).allSatisfy({ $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }) else { return nil }
        guard let octets = Hex.decoded(digits), let key = Self(octets) else { return nil }
        self = key
    }

    /// Writes it as digits to a new file that only its owner may read.
    package func write(to path: String) throws(KeyFileFailure) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? .exists(path: path) : .notWritten(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let line = Array((Hex.encoded(exposedOctets) + "\n").utf8)
        guard Glibc.write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(path)
            throw .notWritten(path: path, reason: reason)
        }
    }
}
