import Synchronization

/// What a recorder has to say.
package struct RecorderNotice: Hashable, Sendable {
    /// Somebody should do something.
    package var isTrouble: Bool
    package var text: String
}

/// What a recorder has done so far.
package struct RecorderTotals: Hashable, Sendable {
    /// Samples in files.
    package var writtenSamples: Int64 = 0
    /// Samples that found no room, in memory or on the disk.
    package var lostSamples: Int64 = 0
    /// Interruptions in what was recorded, whoever caused them.
    package var gaps = 0
    /// Ring mode: pieces that were saved.
    package var incidents = 0
    /// Ring mode: pieces that were not, because a limit was reached or the disk failed.
    package var unsavedIncidents = 0
    /// Frames that are not annotated, because there were too many.
    package var unannotatedFrames = 0
}

/// Counts and tells what happens in a recorder.
final class RecorderReport: Sendable {
    private struct State {
        var totals = RecorderTotals()
        var told: Set<String> = []
    }

    private let state = Mutex(State())
    private let tell: @Sendable (RecorderNotice) -> Void

    init(_ tell: @escaping @Sendable (RecorderNotice) -> Void) { self.tell = tell }

    var totals: RecorderTotals { state.withLock { $0.totals } }

    func count(_ change: (inout RecorderTotals) -> Void) { state.withLock { change(&$0.totals) } }

    func note(_ text: String) { tell(RecorderNotice(isTrouble: false, text: text)) }

    /// Tells of a trouble, of each kind once.
    func trouble(_ kind: String, _ text: String) {
        if state.withLock({ $0.told.insert(kind).inserted }) { tell(RecorderNotice(isTrouble: true, text: text)) }
    }
}
