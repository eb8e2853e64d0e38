/// How one transfer came back.
enum TransferOutcome: Hashable, Sendable {
    case moved
    case cancelled
    case failed(USBError.Kind)
}
