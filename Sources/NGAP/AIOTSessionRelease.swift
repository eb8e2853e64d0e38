/// AIOT Session Release Command, procedure 85: the AIoTF ends an inventory.
package struct AIOTSessionReleaseCommand: Hashable, Sendable {
    package var session: AIoTSessionName
    package var cause: Cause

    package init(session: AIoTSessionName, cause: Cause) {
        self.session = session
        self.cause = cause
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.releaseCommandTransfer]))
        session = try AIoTSessionName(from: container)
        let transfer = try container.transfer(IE.releaseCommandTransfer) { (reader) throws(NGAPDecodingError) in
            try IEReader(from: &reader, known: [IE.correlationIdentifier, IE.cause])
        }
        reader.notify(transfer.notified)
        _ = try transfer.correlation()
        guard let cause = try transfer.cause() else { throw .missingIE(IE.cause) }
        self.cause = cause
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.addTransfer(IE.releaseCommandTransfer, .reject) { (writer) throws(NGAPEncodingError) in
            var transfer = IEWriter()
            try transfer.add(IE.correlationIdentifier, .reject) { (writer) throws(NGAPEncodingError) in
                try writer.correlation(session.correlationIdentifier)
            }
            try transfer.add(cause: cause)
            try transfer.write(to: &writer)
        }
        try container.write(to: &writer)
    }
}

/// AIOT Session Release Complete, procedure 85: everything of the inventory has ended at the reader.
package struct AIOTSessionReleaseComplete: Hashable, Sendable {
    package var session: AIoTSessionName
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(session: AIoTSessionName, criticalityDiagnostics: CriticalityDiagnostics? = nil) {
        self.session = session
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.releaseCompleteTransfer]))
        session = try AIoTSessionName(from: container)
        criticalityDiagnostics = try container.outcomeTransfer(IE.releaseCompleteTransfer, []).diagnostics
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .ignore)
        try container.add(
            outcomeTransfer: IE.releaseCompleteTransfer, .ignore,
            OutcomeTransfer(correlation: session.correlationIdentifier, diagnostics: criticalityDiagnostics))
        try container.write(to: &writer)
    }
}

/// AIOT Session Release Request, procedure 86: the reader gives an inventory up.
package struct AIOTSessionReleaseRequest: Hashable, Sendable {
    package var session: AIoTSessionName
    package var cause: Cause

    package init(session: AIoTSessionName, cause: Cause) {
        self.session = session
        self.cause = cause
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.releaseRequestTransfer]))
        session = try AIoTSessionName(from: container)
        let transfer = try container.outcomeTransfer(
            IE.releaseRequestTransfer, [.cause], canHaveDiagnostics: false)
        cause = transfer.cause ?? .miscUnspecified
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.add(
            outcomeTransfer: IE.releaseRequestTransfer, .reject,
            OutcomeTransfer(
                correlation: session.correlationIdentifier, cause: cause, canHaveDiagnostics: false))
        try container.write(to: &writer)
    }
}
