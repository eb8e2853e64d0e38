/// Inventory Failure, procedure 82: the inventory cannot be taken on.
package struct InventoryFailure: Hashable, Sendable {
    package var session: AIoTSessionName
    package var cause: Cause
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(session: AIoTSessionName, cause: Cause, criticalityDiagnostics: CriticalityDiagnostics? = nil) {
        self.session = session
        self.cause = cause
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known = AIoTSessionName.ies.union([IE.inventoryFailureTransfer, IE.cause])
        let container = try IEReader(from: &reader, known: known)
        session = try AIoTSessionName(from: container)
        let transfer = try container.outcomeTransfer(IE.inventoryFailureTransfer, [.cause])
        cause = try container.cause() ?? transfer.cause ?? .miscUnspecified
        criticalityDiagnostics = transfer.diagnostics
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .ignore)
        try container.add(
            outcomeTransfer: IE.inventoryFailureTransfer, .ignore,
            OutcomeTransfer(
                correlation: session.correlationIdentifier, cause: cause, diagnostics: criticalityDiagnostics))
        try container.add(cause: cause)
        try container.write(to: &writer)
    }
}
