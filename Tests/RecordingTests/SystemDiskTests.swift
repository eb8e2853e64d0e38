import Foundation
import Recording
import Testing

@Suite struct SystemDiskTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "aiot-disk-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }

    /// They hold IDs of devices.
    @Test func recordingsAreNotForEverybody() throws {
        let disk = SystemDisk()
        _ = try disk.create(folder.appending(path: "a").path)
        try disk.replace(folder.appending(path: "b").path, with: [1])
        for name in ["a", "b"] { #expect(try mode(name) & 0o007 == 0) }
    }

    @Test func whatALinkPointsToIsNotWrittenOver() throws {
        let victim = folder.appending(path: "victim")
        try Data([7]).write(to: victim)
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "b.new"), withDestinationURL: victim)
        #expect(throws: RecordingFailure.self) {
            try SystemDisk().replace(folder.appending(path: "b").path, with: [1, 2])
        }
        #expect(try Data(contentsOf: victim) == Data([7]))
    }
}
