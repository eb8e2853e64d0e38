import AIoTBase
import AIoTSecurity

extension DeviceNAS {
    /// Takes a network response or a command.
    ///
    /// The last PDU come again is not processed again: its stored response goes out. What does not verify moves no
    /// COUNT and gets no answer.
    package mutating func receive(_ pdu: [UInt8]) -> NASOutcome {
        cost.octetsReceived += pdu.count
        if let session, session.lastRequest == pdu {
            cost.octetsSent += session.lastReply.count
            return .reply(session.lastReply, repeated: true)
        }
        guard !nonVolatile.disabled else { return .ignored(.disabled) }
        guard let session else { return .ignored(.noSession) }
        do {
            switch try NASPDU(decoding: pdu) {
            case .networkResponse(let response): return receive(response, pdu, session)
            case .command(let command): return receive(command, pdu, session)
            case .paging, .accessResponse, .idReport, .commandResponse: return .ignored(.notDue)
            }
        } catch {
            return .ignored(.undecodable(error))
        }
    }

    /// `spec/1` step 12.
    private mutating func receive(
        _ response: NASNetworkResponse, _ pdu: [UInt8], _ current: DeviceSession
    ) -> NASOutcome {
        guard current.phase == .waitsForNetworkResponse else { return .ignored(.notDue) }
        let expected = current.expectedNRES ?? current.keys.nres(cost: &cost.crypto)
        session?.expectedNRES = expected
        guard response.nres == expected else { return .ignored(.otherNRES) }
        var next = current
        next.phase = .open
        return reply(to: pdu, with: provisioning.deviceID, next) { block throws(NASEncodingError) in
            try NASIDReport(protectedBlock: block).encoded()
        }
    }

    /// `spec/1` step 17 and after.
    private mutating func receive(_ command: NASCommand, _ pdu: [UInt8], _ current: DeviceSession) -> NASOutcome {
        guard profile.contains(.followOnCommands) else { return .ignored(.commandsOff) }
        guard current.phase == .open else { return .ignored(.networkNotAuthenticated) }
        guard max(current.r2dCount, current.d2rCount) < Protection.returnedCounterCount else {
            return .ignored(.countsSpent)
        }
        var next = current
        let plaintext = next.keys.protection.unprotect(
            command.protectedBlock, count: next.r2dCount, direction: .r2d, cost: &cost.crypto)
        session?.keys = next.keys
        guard let plaintext else { return .ignored(.unverified) }
        next.r2dCount += 1
        return reply(to: pdu, with: execute(plaintext).plaintext, next) { block throws(NASEncodingError) in
            try NASCommandResponse(protectedBlock: block).encoded()
        }
    }

    /// Protects `plaintext` under the next D2R COUNT, and stores what goes out in case `pdu` comes again.
    private mutating func reply(
        to pdu: [UInt8], with plaintext: [UInt8], _ current: DeviceSession,
        encoded: ([UInt8]) throws(NASEncodingError) -> [UInt8]
    ) -> NASOutcome {
        var next = current
        let block = next.keys.protection.protect(
            plaintext, count: next.d2rCount, direction: .d2r, cost: &cost.crypto)
        guard let block, let octets = try? encoded(block) else {
            session = nil
            return .ignored(.responseNotMade)
        }
        next.d2rCount += 1
        next.lastRequest = pdu
        next.lastReply = octets
        session = next
        cost.octetsSent += octets.count
        return .reply(octets, repeated: false)
    }
}

// MARK: - Execution

extension DeviceNAS {
    /// Carries out a command that has verified.
    private mutating func execute(_ plaintext: [UInt8]) -> FollowOnResponse {
        let command: FollowOnCommand
        do { command = try FollowOnCommand(plaintext: plaintext) } catch {
            return FollowOnResponse(status: error.status)
        }
        if command.changesDevice, !algorithms.hasIntegrity {
            return FollowOnResponse(status: .refusedWithoutIntegrity)
        }
        guard !isLowOnEnergy else { return FollowOnResponse(status: .lowEnergy) }
        switch command {
        case .read(let offset, let length): return read(Int(offset), Int(length))
        case .write(let offset, let data): return write(Int(offset), data)
        case .permanentDisable: return disable()
        }
    }

    private func read(_ offset: Int, _ length: Int) -> FollowOnResponse {
        guard offset + length <= nonVolatile.memory.count else { return FollowOnResponse(status: .parametersInvalid) }
        return FollowOnResponse(status: .done, data: Array(nonVolatile.memory[offset..<offset + length]))
    }

    private mutating func write(_ offset: Int, _ data: [UInt8]) -> FollowOnResponse {
        guard offset + data.count <= nonVolatile.memory.count else {
            return FollowOnResponse(status: .parametersInvalid)
        }
        nonVolatile.memory.replaceSubrange(offset..<offset + data.count, with: data)
        cost.nonVolatileWrites += 1
        return FollowOnResponse(status: .done)
    }

    private mutating func disable() -> FollowOnResponse {
        nonVolatile.disabled = true
        cost.nonVolatileWrites += 1
        return FollowOnResponse(status: .done)
    }
}

extension FollowOnCommand {
    /// Whether the command may be executed only with 128-NIA2.
    fileprivate var changesDevice: Bool {
        switch self {
        case .read: false
        case .write, .permanentDisable: true
        }
    }
}
