import Foundation
import Testing

@testable import ReaderService

struct EpochFileTests {
    private let folder: TemporaryFolder
    private let file: EpochFile

    init() throws {
        folder = try TemporaryFolder()
        file = EpochFile(path: folder.path + "/epoch")
    }

    private func put(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file.path)) }

    @Test func theFirstStartFindsZero() throws {
        #expect(try file.read() == 0)
    }

    @Test(arguments: [0, 1, 65_535] as [UInt16])
    func whatIsWrittenIsReadAgainAndNothingStaysBesideIt(epoch: UInt16) throws {
        try file.write(7)
        try file.write(epoch)
        #expect(try file.read() == epoch)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["epoch"])
    }

    @Test(arguments: ["", "\n", "seven", "-1", "65536", "99999999999999999999", "½"])
    func whatIsNoEpochIsRefusedWithARemedyAndNeverTakenForAFirstStart(text: String) throws {
        try put(text)
        let error = #expect(throws: StateError.self) { try file.read() }
        #expect(error?.description.contains("write one above all used so far") == true)
    }

    @Test func anInterruptedWriteLeavesTheEpochBeforeIt() throws {
        try file.write(41)
        // What a crash between writing beside and renaming leaves behind.
        try Data("42".utf8).write(to: URL(filePath: file.path + ".new"))
        #expect(try file.read() == 41)
        try file.write(43)
        #expect(try file.read() == 43)
    }

    @Test func aFolderThatIsNotThereIsNamedWithWhatToDo() throws {
        let lost = EpochFile(path: folder.path + "/nowhere/epoch")
        let error = #expect(throws: StateError.self) { try lost.write(1) }
        #expect(error?.description.contains("/nowhere/epoch") == true)
        #expect(error?.description.contains("make the folder") == true)
    }

    @Test func aWriteThatFailsLeavesTheEpochBeforeIt() throws {
        try file.write(5)
        try FileManager.default.createDirectory(atPath: file.path + ".new", withIntermediateDirectories: false)
        #expect(throws: StateError.self) { try file.write(6) }
        #expect(try file.read() == 5)
    }

    @Test func aPathWithoutFolderIsInTheWorkingFolder() throws {
        let name = "epoch-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: name) }
        try EpochFile(path: name).write(9)
        #expect(try EpochFile(path: name).read() == 9)
    }
}
