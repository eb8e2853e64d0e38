import AIoTSecurity

/// One device's session, from its access response on.
struct DeviceSession: Sendable {
    enum Phase: Hashable, Sendable {
        /// The network response is out.
        case awaitingIDReport
        /// A command is out.
        case awaitingCommandResponse
        case over
    }

    let deviceID: [UInt8]
    var keys: SessionKeys
    var phase: Phase
    var isAuthenticated: Bool
    /// COUNT of the next protected PDU in each direction.
    var r2dCount: UInt32 = 0
    var d2rCount: UInt32
    /// The PDU that is out, to be sent again octet for octet, and the size of its answer.
    var lastPDU: [UInt8] = []
    var lastSize = 0
    var repeats = 0
    /// The last PDU from the device that was taken; a link may deliver it twice.
    var lastTaken: [UInt8] = []

    /// How often a PDU is sent again after a Command Failure.
    static let repeatLimit = 2

    init(
        deviceID: [UInt8], keys: SessionKeys, isAuthenticated: Bool, d2rCount: UInt32, phase: Phase = .awaitingIDReport
    ) {
        self.deviceID = deviceID
        self.keys = keys
        self.phase = phase
        self.isAuthenticated = isAuthenticated
        self.d2rCount = d2rCount
    }

    /// Takes an ID report, which must verify and hold the ID of the device whose ARES was found right.
    mutating func take(idReport pdu: [UInt8]) -> Bool {
        guard let report = try? NASIDReport(decoding: pdu), let id = open(report.protectedBlock),
            isEqualInConstantTime(id, deviceID)
        else { return false }
        taken(pdu)
        return true
    }

    /// What a command response says; nil where it does not verify or makes no sense.
    mutating func take(commandResponse pdu: [UInt8]) -> FollowOnResponse? {
        guard let response = try? NASCommandResponse(decoding: pdu), let text = open(response.protectedBlock),
            let content = try? FollowOnResponse(plaintext: text)
        else { return nil }
        taken(pdu)
        return content
    }

    /// The command under the next COUNT, with the octets of its answer; nil where it cannot be made.
    mutating func make(_ command: FollowOnCommand) -> (pdu: [UInt8], size: Int)? {
        var cost = CryptoCost()
        guard let text = try? command.plaintext(),
            let block = keys.protection.protect(text, count: r2dCount, direction: .r2d, cost: &cost),
            let pdu = try? NASCommand(protectedBlock: block).encoded()
        else { return nil }
        r2dCount += 1
        phase = .awaitingCommandResponse
        var data = 0
        if case .read(_, let length) = command { data = Int(length) }
        return (pdu, 2 + data + keys.protection.algorithms.macOctets)
    }

    private mutating func open(_ block: [UInt8]) -> [UInt8]? {
        var cost = CryptoCost()
        return keys.protection.unprotect(block, count: d2rCount, direction: .d2r, cost: &cost)
    }

    private mutating func taken(_ pdu: [UInt8]) {
        d2rCount += 1
        lastTaken = pdu
        if keys.protection.algorithms.hasIntegrity { isAuthenticated = true }
    }
}

extension FollowOnCommand {
    /// Whether it may be sent once more in another session when it is not known whether the device has carried it out.
    ///
    /// A READ changes nothing, and a device that answers has not been disabled; a WRITE is sent in one session only.
    var mayBeSentInAnotherSession: Bool {
        switch self {
        case .read, .permanentDisable: true
        case .write: false
        }
    }
}
