import AIoTDevice
import Foundation
import Testing

@testable import LoopbackFrontEnd

struct DeviceMemoryFileTests {
    private let folder: TemporaryFolder
    private let path: String
    private let new = (0..<3).map { index in
        DeviceNonVolatile(
            counter: UInt32(index), groupCounters: [UInt32(10 + index)],
            memory: [UInt8](repeating: UInt8(index), count: 64)
        )
    }

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/devices"
    }

    @Test func aNewFileHoldsWhatTheDevicesWereMadeWith() throws {
        #expect(try DeviceMemoryFile(path: path, seed: 1, new: new).states == new)
        // The second start takes the file, not what it would make anew.
        let others = [DeviceNonVolatile](repeating: DeviceNonVolatile(), count: 3)
        #expect(try DeviceMemoryFile(path: path, seed: 1, new: others).states == new)
    }

    @Test(arguments: [(seed: UInt64(2), count: 3), (seed: 1, count: 2), (seed: 1, count: 4)])
    func theMemoryOfOtherDevicesIsRefusedAndKept(seed: UInt64, count: Int) throws {
        _ = try DeviceMemoryFile(path: path, seed: 1, new: new)
        let before = try Data(contentsOf: URL(filePath: path))
        let others = [DeviceNonVolatile](repeating: DeviceNonVolatile(), count: count)
        let error = #expect(throws: DeviceMemoryError.self) {
            try DeviceMemoryFile(path: path, seed: seed, new: others)
        }
        #expect(error?.description.contains("remove it, or name another file") == true)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test func aFileThatIsCutShortIsRefused() throws {
        _ = try DeviceMemoryFile(path: path, seed: 1, new: new)
        let octets = try Data(contentsOf: URL(filePath: path))
        try octets.dropLast().write(to: URL(filePath: path))
        #expect(throws: DeviceMemoryError.self) { try DeviceMemoryFile(path: path, seed: 1, new: new) }
    }

    @Test func aPathThatCannotBeOpenedIsNamed() {
        let error = #expect(throws: DeviceMemoryError.self) {
            try DeviceMemoryFile(path: "/nowhere/at/all", seed: 1, new: new)
        }
        #expect(error?.description.hasPrefix("/nowhere/at/all: ") == true)
    }
}
