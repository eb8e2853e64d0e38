/// Command Response, procedure 84: the device's answer.
package struct CommandResponse: Hashable, Sendable {
    package var session: AIoTSessionName
    package var ranDeviceNGAPID: UInt32
    package var nasPDU: [UInt8]
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(
        session: AIoTSessionName, ranDeviceNGAPID: UInt32, nasPDU: [UInt8],
        criticalityDiagnostics: CriticalityDiagnostics? = nil
    ) {
        self.session = session
        self.ranDeviceNGAPID = ranDeviceNGAPID
        self.nasPDU = nasPDU
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known = AIoTSessionName.ies.union([IE.ranDeviceNGAPID, IE.commandResponseTransfer])
        let container = try IEReader(from: &reader, known: known)
        session = try AIoTSessionName(from: container)
        ranDeviceNGAPID = try container.ranDeviceNGAPID()
        let transfer = try container.outcomeTransfer(IE.commandResponseTransfer, [.deviceID, .nasPDU])
        nasPDU = transfer.nasPDU ?? []
        criticalityDiagnostics = transfer.diagnostics
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.add(ranDeviceNGAPID: ranDeviceNGAPID, .reject)
        try container.add(
            outcomeTransfer: IE.commandResponseTransfer, .reject,
            OutcomeTransfer(
                correlation: session.correlationIdentifier, deviceID: ranDeviceNGAPID, nasPDU: nasPDU,
                diagnostics: criticalityDiagnostics))
        try container.write(to: &writer)
    }
}
