import Recording
import Synchronization

/// A disk in memory that is as slow and as small as a test wants it.
final class ScriptedDisk: RecordingDisk {
    private struct State {
        var files: [String: [UInt8]] = [:]
        var isHeld = false
        /// Octets of samples that it takes.
        var capacity = Int.max
    }

    private let state = Mutex(State())

    init(capacity: Int = .max, isHeld: Bool = false) {
        state.withLock {
            $0.capacity = capacity
            $0.isHeld = isHeld
        }
    }

    /// While it is held a write does not return.
    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    var names: [String] { state.withLock { $0.files.keys.sorted() } }

    func octets(_ path: String) -> [UInt8]? { state.withLock { $0.files[path] } }

    func create(_ path: String) throws(RecordingFailure) -> any RecordingSink {
        let isNew = state.withLock { state in
            guard state.files[path] == nil else { return false }
            state.files[path] = []
            return true
        }
        guard isNew else { throw RecordingFailure(.exists, "\(path) exists") }
        return Sink(disk: self, path: path)
    }

    func replace(_ path: String, with octets: [UInt8]) throws(RecordingFailure) {
        state.withLock { $0.files[path] = octets }
    }

    func remove(_ path: String) { state.withLock { $0.files[path] = nil } }

    func check(_ path: String) throws(RecordingFailure) {
        if path.hasPrefix("nowhere/") { throw RecordingFailure(.other, "nowhere: make the folder first") }
    }

    private final class Sink: RecordingSink {
        let disk: ScriptedDisk
        let path: String

        init(disk: ScriptedDisk, path: String) {
            self.disk = disk
            self.path = path
        }

        func write(_ octets: UnsafeRawBufferPointer) throws(RecordingFailure) {
            while disk.state.withLock({ $0.isHeld }) { waitAMoment() }
            let fits = disk.state.withLock { state in
                guard state.capacity >= octets.count else { return false }
                state.capacity -= octets.count
                state.files[path]?.append(contentsOf: octets)
                return true
            }
            if !fits { throw RecordingFailure(.full, "no space: free some") }
        }

        func close() {}
    }
}
