/// Records the samples that a front end receives, while that is switched on.
///
/// Its methods are called one after the other, and may wait for the disk.
package protocol SampleCapture: Sendable {
    /// Why there are no samples to record; nil where there are.
    var impediment: String? { get }
    func start(
        path: String, ringMilliseconds: Int?, limitOctets: Int64, trouble: @escaping @Sendable (String) -> Void
    ) throws(CaptureFailure)
    /// So far; nil where none is going on.
    var totals: SampleTotals? { get }
    /// Writes what waits, and ends the recording.
    func stop() -> SampleTotals?
}
