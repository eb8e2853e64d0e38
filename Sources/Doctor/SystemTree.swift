import Foundation

/// The files in which the system tells about itself, below a root that tests replace.
package struct SystemTree: Sendable {
    private let root: String

    package init(root: String = "/") {
        self.root = root.hasSuffix("/") ? root : root + "/"
    }

    /// What a file holds, without white space around it; nil where it cannot be read.
    func text(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: root + path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func int(_ path: String) -> Int? { text(path).flatMap { Int($0) } }

    /// The names in a folder, sorted; none where there is no such folder.
    func names(in path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: root + path))?.sorted() ?? []
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + path) }

    func isWritable(_ path: String) -> Bool { FileManager.default.isWritableFile(atPath: root + path) }

    /// The last part of what a symbolic link leads to.
    func linked(_ path: String) -> String? {
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: root + path)
        return target?.split(separator: "/").last.map(String.init)
    }

    /// Room on the file system of a file.
    func freeMegabytes(_ path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: root + path)
        return (attributes?[.systemFreeSize] as? NSNumber).map { $0.intValue / 1_000_000 }
    }
}
