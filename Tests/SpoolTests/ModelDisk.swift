import Glibc
import Spool

/// Files in memory: what a process sees of them, and what is left of them after a power cut.
struct ModelDisk: Sendable {
    private enum Change: Sendable {
        case write(offset: Int, octets: [UInt8])
        case truncate(Int)

        func apply(to octets: inout [UInt8], torn: Int? = nil) {
            switch self {
            case .write(let offset, let new):
                let part = new.prefix(torn ?? new.count)
                let missing = offset + part.count - octets.count
                if missing > 0 { octets += [UInt8](repeating: 0, count: missing) }
                octets.replaceSubrange(offset..<offset + part.count, with: part)
            case .truncate(let count):
                octets = Array(octets.prefix(count)) + [UInt8](repeating: 0, count: max(0, count - octets.count))
            }
        }
    }

    private struct File: Sendable {
        var seen: [UInt8] = []
        var durable: [UInt8] = []
        var changes: [Change] = []

        mutating func take(_ change: Change, torn: Int? = nil) {
            change.apply(to: &seen, torn: torn)
            guard case .write(let offset, let octets) = change, let torn else { return changes.append(change) }
            changes.append(.write(offset: offset, octets: Array(octets.prefix(torn))))
        }
    }

    private var files: [Int: File] = [:]
    private var names: [String: Int] = [:]
    private var nameHistory: [[String: Int]] = [[:]]
    /// Octets that all files together may have.
    var room = Int.max

    /// What a process sees.
    var contents: [String: [UInt8]] {
        names.compactMapValues { files[$0]?.seen }
    }

    var size: Int { contents.values.reduce(0) { $0 + $1.count } }

    init() {}

    /// A disk with one file.
    init(file name: String, _ octets: [UInt8]) {
        files = [0: File(seen: octets, durable: octets)]
        names = [name: 0]
        nameHistory = [names]
    }

    /// Carries out an order as it should be, or as far as there is room.
    mutating func perform(_ order: SpoolOrder) -> CInt? {
        switch order {
        case .create(let name):
            if names[name] == nil {
                names[name] = (files.keys.max() ?? 0) + 1
                names[name].map { files[$0] = File() }
                nameHistory.append(names)
            }
            change(name, .truncate(0))
        case .write(let name, let offset, let octets):
            let others = size - (contents[name]?.count ?? 0)
            let fitting = min(max(0, room - others - offset), octets.count)
            change(name, .write(offset: offset, octets: octets), torn: fitting)
            if fitting < octets.count { return ENOSPC }
        case .sync(let name):
            with(name) { ($0.durable, $0.changes) = ($0.seen, []) }
        case .truncate(let name, let octets):
            change(name, .truncate(octets))
        case .rename(let name, let new):
            names[new] = names.removeValue(forKey: name)
            nameHistory.append(names)
        case .syncFolder:
            nameHistory = [names]
        case .remove(let name):
            names[name] = nil
            nameHistory.append(names)
        }
        return nil
    }

    /// Carries out an order half: the write is torn after so many octets, a change of names or a sync may have been done
    /// or not. A failed sync forgets what it should have made durable, but a process still sees it.
    mutating func fail(_ order: SpoolOrder, torn: Int, isDone: Bool) {
        switch order {
        case .write(let name, let offset, let octets): change(name, .write(offset: offset, octets: octets), torn: torn)
        case .sync(let name): with(name) { $0.changes = Array($0.changes.prefix(isDone ? 1 : 0)) }
        case .syncFolder: nameHistory = [isDone ? names : nameHistory[0], names]
        default: if isDone { _ = perform(order) }
        }
    }

    /// The power fails: of each file some of the changes since its last sync are left, the last of them torn.
    mutating func cutPower(_ generator: inout some RandomNumberGenerator) {
        names = nameHistory.randomElement(using: &generator) ?? [:]
        nameHistory = [names]
        for (key, var file) in files.sorted(by: { $0.key < $1.key }) {
            let kept = Int.random(in: 0...file.changes.count, using: &generator)
            for (index, change) in file.changes.prefix(kept).enumerated() {
                var torn: Int?
                if case .write(_, let octets) = change, index == kept - 1 {
                    torn = Int.random(in: 0...octets.count, using: &generator)
                }
                change.apply(to: &file.durable, torn: torn)
            }
            files[key] = File(seen: file.durable, durable: file.durable)
        }
    }

    private mutating func change(_ name: String, _ change: Change, torn: Int? = nil) {
        with(name) { $0.take(change, torn: torn) }
    }

    private mutating func with(_ name: String, _ body: (inout File) -> Void) {
        guard let key = names[name], var file = files[key] else { return }
        body(&file)
        files[key] = file
    }
}
