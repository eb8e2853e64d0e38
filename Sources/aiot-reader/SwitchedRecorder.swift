import Logging
import ReaderControl
import Recording
import StreamFrontEnd
import Synchronization

/// Samples of a running daemon: a recorder that is switched on and off.
final class SwitchedRecorder: SampleCapture {
    /// What the front end gets.
    let tap: SwitchableTap
    let impediment: String?
    private let settings: RecordSettings
    private let recorder = Mutex<IQRecorder?>(nil)

    /// - Parameter fixed: the recorder of the configuration's `record`.
    init(_ settings: RecordSettings, fixed: IQRecorder?, of frontEnd: FrontEndSettings) {
        self.settings = settings
        tap = SwitchableTap(fixed)
        impediment = frontEnd.notRecordable
    }

    func start(
        path: String, ringMilliseconds: Int?, limitOctets: Int64, trouble: @escaping @Sendable (String) -> Void
    ) throws(CaptureFailure) {
        do throws(RecordingFailure) {
            let started = try settings.recorder(
                path: path, ringMilliseconds: ringMilliseconds, limitOctets: limitOctets
            ) {
                if $0.isTrouble { trouble($0.text) }
            }
            tap.switchOn(started)
            recorder.withLock { $0 = started }
        } catch {
            throw CaptureFailure("\(error)")
        }
    }

    var totals: SampleTotals? { recorder.withLock { $0 }.map { SampleTotals($0.totals) } }

    func stop() -> SampleTotals? {
        tap.switchOff()
        let stopped = recorder.withLock { recorder in
            defer { recorder = nil }
            return recorder
        }
        return stopped.map { SampleTotals($0.finish()) }
    }
}

extension SampleTotals {
    init(_ totals: RecorderTotals) {
        self.init(
            written: totals.writtenSamples, lost: totals.lostSamples, gaps: totals.gaps, pieces: totals.incidents,
            unsavedPieces: totals.unsavedIncidents)
    }
}

extension ReaderControl {
    /// Tells of a recording what is wrong with it; nil: another one has begun, with which nothing is.
    func tell(ofRecording trouble: String?, log: Logger) {
        guard let trouble else { return end(.recording) }
        log.warning("\(trouble)")
        begin(.recording, cause: trouble)
    }
}
