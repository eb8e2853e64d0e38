import Transceiver
import USBTransport

extension TransceiverFailure {
    /// What `error` means to a box; its text is kept.
    init(_ error: USBError) {
        let kind: Kind =
            switch error.kind {
            case .noPermission: .denied
            case .busy: .busy
            case .noDevice: .absent
            case .notSupported, .invalidParameter: .unsupported
            case .notFound, .stalled, .timedOut, .overflow, .noMemory, .interrupted, .inputOutput, .other: .failed
            }
        self.init(kind, error.description)
    }
}

/// Runs what speaks USB, and tells its errors as failures of the box.
func telling<Result>(_ body: () throws(USBError) -> Result) throws(TransceiverFailure) -> Result {
    do { return try body() } catch { throw TransceiverFailure(error) }
}
