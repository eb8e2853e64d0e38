import AIoTAir
import AIoTBase
import AIoTMac
import AIoTReader
import AIoTSecurity
import AIoTWorld
import Foundation
import Testing

/// What inventories come to, as a table in the tree: a change of behaviour shows as a diff.
///
/// `AIOT_SNAPSHOT=write swift test -c release --filter SnapshotTests` writes `Tests/Snapshots/air.txt` anew.
@Suite struct SnapshotTests {
    private enum Mode: String, CaseIterable {
        case auto
        case cfra
        case direct
        case fourPositions = "auto-y4"
        case farAIoTF = "auto-100ms"
    }

    private static var file: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Snapshots/air.txt")
    }

    private static func row(_ columns: [String]) -> String {
        let text = zip(columns, [8, 6, 12, 6, 11, 8, 8]).map { column, width in
            String(repeating: " ", count: max(0, width - column.count)) + column
        }
        return text.joined() + "\n"
    }

    private static func row(devices: Int, lossPercent: Int, mode: Mode) throws -> String {
        var conditions = BurstAirConditions()
        conditions.r2dLoss = Double(lossPercent) / 100
        conditions.d2rLoss = Double(lossPercent) / 100
        var reader = ReaderConfiguration()
        switch mode {
        case .auto, .cfra, .farAIoTF: break
        case .direct: reader.accessMode = .direct
        case .fourPositions: reader.frequencyCode = 2
        }
        let inventory = try BurstInventory(
            devices: devices, configuration: .standard, target: mode == .cfra ? .single : .group, seed: 7,
            conditions: conditions, reader: reader,
            coreRoundTrip: mode == .farAIoTF ? .milliseconds(100) : .zero)
        let counters = inventory.world.reader.counters
        let milliseconds = Int((inventory.airSeconds * 1_000).rounded())
        let air = "\(milliseconds / 1_000)." + String(1_000 + milliseconds % 1_000).dropFirst()
        return row([
            "\(devices)", "\(lossPercent)%", mode.rawValue, "\(inventory.results.count)", "\(counters.occasions)",
            "\(counters.rounds)", air,
        ])
    }

    @Test func inventoriesComeToWhatTheTableSays() throws {
        var table = Self.row(["devices", "loss", "mode", "found", "occasions", "rounds", "air s"])
        for mode in Mode.allCases {
            for devices in [1, 10, 100, 500] where mode != .cfra || devices <= 10 {
                for loss in [0, 5, 20] { table += try Self.row(devices: devices, lossPercent: loss, mode: mode) }
            }
        }
        if ProcessInfo.processInfo.environment["AIOT_SNAPSHOT"] == "write" {
            try Data(table.utf8).write(to: Self.file)
        }
        let expected = try String(decoding: Data(contentsOf: Self.file), as: UTF8.self)
        let lines = (table.split(separator: "\n"), expected.split(separator: "\n"))
        for (line, wanted) in zip(lines.0, lines.1) { #expect(line == wanted) }
        #expect(lines.0.count == lines.1.count)
    }
}
