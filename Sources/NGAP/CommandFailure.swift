/// Command Failure, procedure 84: the command did not reach the device, or the device did not answer.
package struct CommandFailure: Hashable, Sendable {
    package var session: AIoTSessionName
    package var ranDeviceNGAPID: UInt32
    package var cause: Cause
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(
        session: AIoTSessionName, ranDeviceNGAPID: UInt32, cause: Cause,
        criticalityDiagnostics: CriticalityDiagnostics? = nil
    ) {
        self.session = session
        self.ranDeviceNGAPID = ranDeviceNGAPID
        self.cause = cause
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known = AIoTSessionName.ies.union([IE.ranDeviceNGAPID, IE.commandFailureTransfer, IE.cause])
        let container = try IEReader(from: &reader, known: known)
        session = try AIoTSessionName(from: container)
        ranDeviceNGAPID = try container.ranDeviceNGAPID()
        let transfer = try container.outcomeTransfer(IE.commandFailureTransfer, [.deviceID, .cause])
        cause = try container.cause() ?? transfer.cause ?? .miscUnspecified
        criticalityDiagnostics = transfer.diagnostics
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .ignore)
        try container.add(ranDeviceNGAPID: ranDeviceNGAPID, .ignore)
        try container.add(
            outcomeTransfer: IE.commandFailureTransfer, .ignore,
            OutcomeTransfer(
                correlation: session.correlationIdentifier, deviceID: ranDeviceNGAPID, cause: cause,
                diagnostics: criticalityDiagnostics))
        try container.add(cause: cause)
        try container.write(to: &writer)
    }
}
