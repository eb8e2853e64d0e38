import AIoTBase
import AIoTPhy
import RadioFrontEnd

/// What came of a frame, and where its samples are.
struct FrameNote: Sendable {
    /// Positions in the recorder's count, from the first sample of the R2D frame to the end of its last window.
    var range: Range<Int64>
    var outcome: RadioOutcome

    /// Places where energy was heard but no burst with a right CRC.
    var undecodable: Int {
        outcome.reports.count { $0 == .undecodable }
    }

    /// The R2D frame, which begins with the range.
    var r2d: AirFrame? { outcome.frames.first { $0.isR2D } }

    /// A frame's samples.
    func samples(of frame: AirFrame, sampleRateHz: Double) -> Range<Int64> {
        let origin = r2d?.start ?? frame.start
        let begin = (frame.start - origin).seconds * sampleRateHz
        let count = frame.duration.seconds * sampleRateHz
        guard abs(begin) < 1e15, (0..<1e15).contains(count) else { return range.lowerBound..<range.lowerBound }
        let start = range.lowerBound &+ Int64(begin.rounded())
        return start..<(start &+ Int64(count.rounded()))
    }
}
