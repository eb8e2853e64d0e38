import AIoTBase
import AIoTDevice
import AIoTSecurity

/// The exchange of a vector, played with the device model on one side and the AIoTF's computations on the other.
struct SecurityVectorExchange {
    private let inputs: SecurityVectorInputs
    private var device: DeviceNAS
    private var cost = CryptoCost()

    init(_ inputs: SecurityVectorInputs) {
        self.inputs = inputs
        device = inputs.device
    }

    /// Every PDU after the paging, and the counters after all of them.
    mutating func run(_ paging: [UInt8], _ fields: inout VectorFields) throws(NASEncodingError) {
        if case .addressed(_, let isStale) = device.receivePaging(paging) {
            let response = device.makeAccessResponse(nonce2: inputs.nonce2)
            fields.compare("accessResponse", response)
            checkReading("accessResponse", isStale: isStale, nonce2: inputs.nonce2, &fields)
            try checkNetworkResponse(isStale: isStale, &fields)
            try checkCommand(isStale: isStale, &fields)
            checkRepetition(of: paging, isStale: isStale, &fields)
        } else {
            let names = [
                "accessResponse", "networkResponse", "idReport", "command", "commandResponse", "repeatNonce2",
                "repeatAccessResponse",
            ]
            for name in names { fields.compare(name, nil) }
        }
        fields.compare("deviceCounterAfter", number: Int(device.nonVolatile.counter))
        fields.compare("groupCounterAfter", number: device.nonVolatile.groupCounters.first.map(Int.init))
    }

    private mutating func checkNetworkResponse(
        isStale: Bool, _ fields: inout VectorFields
    ) throws(NASEncodingError) {
        guard inputs.configuration.profile.contains(.networkAuthentication), !isStale else {
            fields.compare("networkResponse", nil)
            fields.compare("idReport", nil)
            return
        }
        var keys = sessionKeys(inputs.nonce2)
        let response = NASNetworkResponse(nres: keys.nres(cost: &cost)).encoded()
        fields.compare("networkResponse", response)
        fields.compare("idReport", reply(to: response))
        checkReading("idReport", &fields) { octets throws(NASDecodingError) in
            let block = try NASIDReport(decoding: octets).protectedBlock
            return keys.protection.unprotect(block, count: 0, direction: .d2r, cost: &cost) == inputs.deviceID
        }
    }

    private mutating func checkCommand(isStale: Bool, _ fields: inout VectorFields) throws(NASEncodingError) {
        guard inputs.configuration.profile.contains(.followOnCommands), !isStale else {
            fields.compare("command", nil)
            fields.compare("commandResponse", nil)
            return
        }
        var keys = sessionKeys(inputs.nonce2)
        let plaintext = try FollowOnCommand.read(offset: 4, length: 8).plaintext()
        let block = keys.protection.protect(plaintext, count: 0, direction: .r2d, cost: &cost)
        guard let block else { throw .protectionFailed }
        let command = try NASCommand(protectedBlock: block).encoded()
        fields.compare("command", command)
        fields.compare("commandResponse", reply(to: command))
        checkReading("commandResponse", &fields) { octets throws(NASDecodingError) in
            let block = try NASCommandResponse(decoding: octets).protectedBlock
            let text = keys.protection.unprotect(block, count: 1, direction: .d2r, cost: &cost)
            return try text.map { text throws(NASDecodingError) in try FollowOnResponse(plaintext: text).status }
                == .done
        }
    }

    /// The same paging once more: another nonce2, and no counter moves.
    private mutating func checkRepetition(of paging: [UInt8], isStale: Bool, _ fields: inout VectorFields) {
        guard let nonce2 = SecurityVectorInputs.nonce("repeatNonce2", &fields) else { return }
        guard case .addressed = device.receivePaging(paging) else {
            fields.compare("repeatAccessResponse", nil)
            return
        }
        fields.compare("repeatAccessResponse", device.makeAccessResponse(nonce2: nonce2))
        checkReading("repeatAccessResponse", isStale: isStale, nonce2: nonce2, &fields)
    }

    private mutating func reply(to pdu: [UInt8]) -> [UInt8]? {
        guard case .reply(let octets, repeated: false) = device.receive(pdu) else { return nil }
        return octets
    }

    private mutating func sessionKeys(_ nonce2: Nonce) -> SessionKeys {
        let algorithms = inputs.configuration.algorithms
        let kAIoT = KeyDerivation.kAIoT(
            from: inputs.key, nonce1: inputs.nonce1, profile: inputs.pagedProfile, algorithms: algorithms,
            cost: &cost)
        return SessionKeys(
            kAIoT: kAIoT, nonce1: inputs.nonce1, nonce2: nonce2, algorithms: algorithms, cost: &cost)
    }
}

// MARK: - Reading what the vector says

extension SecurityVectorExchange {
    /// Reads the vector's access response as the AIoTF does: exactly the flags that are due, ARES, and the block.
    private mutating func checkReading(
        _ name: String, isStale: Bool, nonce2: Nonce, _ fields: inout VectorFields
    ) {
        var keys = sessionKeys(nonce2)
        let flags =
            isStale
            ? inputs.configuration.staleAccessResponseFlags
            : inputs.configuration.accessResponseFlags(for: inputs.kind)
        let returned = inputs.kind == .group ? inputs.groupCounter : inputs.deviceCounter
        checkReading(name, &fields) { octets throws(NASDecodingError) in
            let response = try NASAccessResponse(decoding: octets)
            let expectedARES = flags.contains(.ares) ? keys.ares(cost: &cost) : nil
            guard response.flags == flags, response.nonce2 == nonce2, response.ares == expectedARES else {
                return false
            }
            switch response.content {
            case .none:
                return true
            case .counter(let block):
                let count = Protection.returnedCounterCount
                return keys.protection.unprotect(block, count: count, direction: .d2r, cost: &cost)
                    == bigEndianOctets(returned)
            case .id(let block):
                return keys.protection.unprotect(block, count: 0, direction: .d2r, cost: &cost) == inputs.deviceID
            }
        }
    }

    /// Decodes the vector's PDU, encodes it again, and has `isRight` judge what is in it.
    private func checkReading(
        _ name: String, _ fields: inout VectorFields, isRight: ([UInt8]) throws(NASDecodingError) -> Bool
    ) {
        guard fields.isPresent(name), let octets = fields.octets(name) else { return }
        do {
            let again = try? NASPDU(decoding: octets).encoded()
            if again != octets { fields.report(name, expected: "the same when encoded again", got: "others") }
            if try !isRight(octets) {
                fields.report(name, expected: "a PDU that verifies", got: fields.shown(name))
            }
        } catch {
            fields.report(name, expected: "a NAS PDU", got: error.description)
        }
    }
}
