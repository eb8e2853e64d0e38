import AIoTBase
import AIoTReader
import ControlSocket
import Foundation
import Logging
import RadioFrontEnd
import ReaderControl
import Synchronization

@testable import ReaderService
@testable import Spool

/// A control socket, and a loop behind it that a test plays.
final class ControlledReader: Sendable {
    let control: ReaderControl
    private let service: ReaderControlService
    private let folder: URL
    let facts: Mutex<LoopFacts>

    /// - Parameter isAnswering: false: the loop hangs, or has not begun.
    init(
        extras: ReaderControlService.Extras = .init(), reload: ReloadOutcome = .applied(changed: []),
        isAnswering: Bool = true
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "reader-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let control = ReaderControl(
            ReaderDescription(
                version: "1", processID: 7, frontEnd: "a toy", configurationFile: "reader.yaml",
                links: []))
        self.control = control
        facts = Mutex(
            LoopFacts(
                counters: ReaderCounters(), radio: RadioCounters(), radioState: .ready, radioWhy: "fine",
                isCarrierOn: false, links: [],
                spool: SpoolStatus(records: 0, octets: 0, limitOctets: 1, fileOctets: 0, turnedAway: 0),
                openInventories: 0, isDraining: false))
        let loop = Weak()
        let reader = ReaderControl.Reader(
            drain: { isOn in loop.reader?.change { $0.isDraining = isOn } },
            ask: { if isAnswering { loop.reader?.pulse() } }, reload: { reload })
        service = try await ReaderControlService(
            path: folder.appending(path: "control").path, control: control, reader: reader, extras: extras,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        loop.set(self)
    }

    private final class Weak: Sendable {
        private struct Held { weak var reader: ControlledReader? }
        private let held = Mutex(Held())
        var reader: ControlledReader? { held.withLock { $0.reader } }
        func set(_ reader: ControlledReader) { held.withLock { $0.reader = reader } }
    }

    func change(_ body: (inout LoopFacts) -> Void) { facts.withLock { body(&$0) } }

    func pulse() { see(.pulse(facts.withLock { $0 })) }

    func see(_ sight: LoopSight) { control.see(sight, at: AirTime(nanoseconds: 5_000_000_000)) }

    func client(_ request: String) throws -> ControlClient {
        let client = try ControlClient(path: folder.appending(path: "control").path, service: .reader)
        try client.send(line: request)
        return client
    }

    func close() async {
        await service.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

extension ControlClient {
    /// The next line as an object; nil where none comes.
    mutating func heard() throws -> [String: Any]? {
        guard case .line(let text) = try line(within: 10_000) else { return nil }
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    }
}
