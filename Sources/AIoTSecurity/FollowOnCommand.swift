import AIoTBase

/// What the protected block of a command holds (`spec/1 "Messages"`).
package enum FollowOnCommand: Hashable, Sendable {
    case read(offset: UInt16, length: UInt8)
    case write(offset: UInt16, data: [UInt8])
    case permanentDisable

    /// The plaintext; refuses what no PDU or response could carry. The protected PDU's own bound comes on top.
    package func plaintext() throws(NASEncodingError) -> [UInt8] {
        switch self {
        case .read(let offset, let length):
            guard length <= NASLimits.readOctets else { throw .readLength(Int(length)) }
            return [1] + bigEndianOctets(offset) + [length]
        case .write(let offset, let data):
            guard let length = UInt8(exactly: data.count) else {
                throw .tooLong(data.count, limit: NASLimits.r2dOctets)
            }
            return [2] + bigEndianOctets(offset) + [length] + data
        case .permanentDisable:
            return [3, 0, 0, 0]
        }
    }

    /// Why a device cannot carry out a command that came to it.
    package enum Refusal: Error, Hashable, Sendable {
        /// A type that `spec/1` does not define.
        case notImplemented
        /// A field is missing, or the data is not as long as the length says.
        case parametersInvalid

        package var status: CommandStatus {
            switch self {
            case .notImplemented: .notImplemented
            case .parametersInvalid: .parametersInvalid
            }
        }
    }

    /// From the plaintext of a command that has verified; offset and length of PERMANENT_DISABLE mean nothing.
    package init(plaintext: [UInt8]) throws(Refusal) {
        guard let type = plaintext.first else { throw .parametersInvalid }
        guard (1...3).contains(type) else { throw .notImplemented }
        guard plaintext.count >= 4 else { throw .parametersInvalid }
        let offset = UInt16(plaintext[1]) << 8 | UInt16(plaintext[2])
        let length = plaintext[3]
        let data = Array(plaintext.dropFirst(4))
        guard data.count == (type == 2 ? Int(length) : 0) else { throw .parametersInvalid }
        switch type {
        case 1:
            guard length <= NASLimits.readOctets else { throw .parametersInvalid }
            self = .read(offset: offset, length: length)
        case 2: self = .write(offset: offset, data: data)
        default: self = .permanentDisable
        }
    }
}

/// What became of a command (`spec/1 "Messages"`).
package enum CommandStatus: UInt8, Hashable, Sendable, CaseIterable {
    case done = 0
    case parametersInvalid = 1
    case unspecifiedError = 2
    case lowEnergy = 3
    case notImplemented = 4
    /// A WRITE or PERMANENT_DISABLE without 128-NIA2.
    case refusedWithoutIntegrity = 5
}

/// What the protected block of a command response holds (`spec/1 "Messages"`).
package struct FollowOnResponse: Hashable, Sendable {
    package var status: CommandStatus
    /// What a READ gave.
    package var data: [UInt8]

    package init(status: CommandStatus, data: [UInt8] = []) {
        self.status = status
        self.data = data
    }

    package init(plaintext: [UInt8]) throws(NASDecodingError) {
        guard let first = plaintext.first else { throw .truncated }
        guard let status = CommandStatus(rawValue: first) else { throw .undefinedStatus(first) }
        self.init(status: status, data: Array(plaintext.dropFirst()))
    }

    package var plaintext: [UInt8] { [status.rawValue] + data }
}
