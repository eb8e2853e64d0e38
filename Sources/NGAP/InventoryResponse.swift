/// Inventory Response, procedure 82: the inventory has been taken on.
package struct InventoryResponse: Hashable, Sendable {
    package var session: AIoTSessionName
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(session: AIoTSessionName, criticalityDiagnostics: CriticalityDiagnostics? = nil) {
        self.session = session
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.inventoryResponseTransfer]))
        session = try AIoTSessionName(from: container)
        criticalityDiagnostics = try container.outcomeTransfer(IE.inventoryResponseTransfer, []).diagnostics
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.add(
            outcomeTransfer: IE.inventoryResponseTransfer, .reject,
            OutcomeTransfer(correlation: session.correlationIdentifier, diagnostics: criticalityDiagnostics))
        try container.write(to: &writer)
    }
}
