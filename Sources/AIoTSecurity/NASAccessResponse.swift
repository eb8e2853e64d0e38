package import AIoTBase

/// What an access response carries besides nonce2 (`spec/1 "Messages"`).
package struct AccessResponseFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let ares = Self(rawValue: 1 << 0)
    package static let counter = Self(rawValue: 1 << 1)
    package static let id = Self(rawValue: 1 << 2)
    package static let keyHint = Self(rawValue: 1 << 3)
}

extension SecurityConfiguration {
    /// The flags of a device's answer to a fresh paging; the AIoTF takes exactly these.
    ///
    /// The hint is bound to an identity that 128-NIA2 has verified, so that nobody can ask for it with a forged page.
    package func accessResponseFlags(for target: PagingTargetKind) -> AccessResponseFlags {
        var flags: AccessResponseFlags = []
        if profile.contains(.deviceAuthentication) { flags.insert(.ares) }
        if !profile.contains(.networkAuthentication) { flags.insert(.id) }
        if profile.contains(.keyHint), algorithms.hasIntegrity, target != .all { flags.insert(.keyHint) }
        return flags
    }

    /// The flags of a device's answer to a stale paging, where the profile has it answer at all.
    package var staleAccessResponseFlags: AccessResponseFlags {
        profile.contains(.deviceAuthentication) ? [.ares, .counter] : .counter
    }
}

/// NAS PDU 2, D2R: a device answers a paging.
package struct NASAccessResponse: Hashable, Sendable {
    /// What is in the protected block, if there is one.
    package enum Content: Hashable, Sendable {
        case none
        /// The device's counter, 4 octets before protection.
        case counter(protectedBlock: [UInt8])
        /// The device ID.
        case id(protectedBlock: [UInt8])
    }

    package var nonce2: Nonce
    package var keyHint: KeyHint?
    package var ares: ARES?
    package var content: Content

    package init(nonce2: Nonce, keyHint: KeyHint?, ares: ARES?, content: Content) {
        self.nonce2 = nonce2
        self.keyHint = keyHint
        self.ares = ares
        self.content = content
    }

    package var flags: AccessResponseFlags {
        var flags: AccessResponseFlags = ares == nil ? [] : .ares
        if keyHint != nil { flags.insert(.keyHint) }
        switch content {
        case .none: break
        case .counter: flags.insert(.counter)
        case .id: flags.insert(.id)
        }
        return flags
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .accessResponse)
        let flags = AccessResponseFlags(rawValue: try reader.octet())
        guard flags.isSubset(of: [.ares, .counter, .id, .keyHint]) else { throw .undefinedFlags(flags.rawValue) }
        guard !flags.isSuperset(of: [.counter, .id]) else { throw .counterAndID }
        nonce2 = try reader.nonce()
        keyHint = flags.contains(.keyHint) ? KeyHint(try reader.octets(2)) : nil
        ares = flags.contains(.ares) ? ARES(try reader.octets(8)) : nil
        content =
            if flags.contains(.counter) {
                .counter(protectedBlock: try reader.protectedBlock())
            } else if flags.contains(.id) {
                .id(protectedBlock: try reader.protectedBlock())
            } else {
                .none
            }
        try reader.finish()
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        let fields = [flags.rawValue] + nonce2.octets + (keyHint?.octets ?? []) + (ares?.octets ?? [])
        return try NASType.accessResponse.encoded(fields + (try blockOctets()))
    }

    private func blockOctets() throws(NASEncodingError) -> [UInt8] {
        switch content {
        case .none:
            return []
        case .counter(let block), .id(let block):
            guard !block.isEmpty else { throw .emptyBlock }
            return block
        }
    }
}
