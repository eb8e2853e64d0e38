import Glibc

/// Files that the service manager hands to the service, whoever owns them (systemd.exec(5), `LoadCredential=`).
///
/// A setting that names a file may say `credential:NAME` in place of a path.
package struct ServiceCredentials: Sendable {
    package static let prefix = "credential:"

    private let folder: String?

    /// - Parameter folder: nil: there are none.
    package init(folder: String?) {
        self.folder = folder
    }

    /// Those that this process was started with: in $CREDENTIALS_DIRECTORY.
    package static var fromEnvironment: ServiceCredentials {
        ServiceCredentials(folder: environment("CREDENTIALS_DIRECTORY"))
    }

    /// The path of a credential that is there; nil where it is not.
    package func path(named name: String) -> String? {
        guard let folder, Self.isName(name), access("\(folder)/\(name)", F_OK) == 0 else { return nil }
        return "\(folder)/\(name)"
    }

    /// The path that a setting means: that of the credential it names, or itself.
    /// - Throws: `CredentialMissing` where there is no such credential.
    package func path(of setting: String) throws(CredentialMissing) -> String {
        guard setting.hasPrefix(Self.prefix) else { return setting }
        let name = String(setting.dropFirst(Self.prefix.count))
        guard let path = path(named: name), !isStandIn(path) else {
            throw CredentialMissing(name: name, hasFolder: folder != nil, isName: Self.isName(name))
        }
        return path
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
    }

    /// Whether it is what the units give where there is no file: `SetCredential=NAME:none`.
    private func isStandIn(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 8)
        let count = read(descriptor, &octets, octets.count)
        return octets.prefix(max(0, count)).elementsEqual("none".utf8)
    }
}

/// A credential that a setting names is not there.
package struct CredentialMissing: Error, Hashable, CustomStringConvertible {
    var name: String
    var hasFolder: Bool
    var isName: Bool

    package var description: String {
        let setting = ServiceCredentials.prefix + name
        if !isName { return "\(setting): \(name.isEmpty ? "nothing" : name) is no name of a credential" }
        return hasFolder
            ? "\(setting): systemd was given no file for it: put one where `LoadCredential=\(name):...` of the unit says, "
                + "then restart"
            : "\(setting): there are no credentials here: start it by its unit with `LoadCredential=\(name):FILE`, or write "
                + "the path of a file"
    }
}
