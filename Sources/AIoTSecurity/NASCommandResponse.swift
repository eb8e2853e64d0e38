/// NAS PDU 6, D2R: what became of a command.
package struct NASCommandResponse: Hashable, Sendable {
    /// A `FollowOnResponse` under k_AIoT_ses.
    package var protectedBlock: [UInt8]

    package init(protectedBlock: [UInt8]) {
        self.protectedBlock = protectedBlock
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .commandResponse)
        protectedBlock = try reader.protectedBlock()
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        try NASType.commandResponse.encoded(protectedBlock: protectedBlock)
    }
}
