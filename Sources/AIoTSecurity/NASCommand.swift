/// NAS PDU 5, R2D: a command for one device.
package struct NASCommand: Hashable, Sendable {
    /// A `FollowOnCommand` under k_AIoT_ses.
    package var protectedBlock: [UInt8]

    package init(protectedBlock: [UInt8]) {
        self.protectedBlock = protectedBlock
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .command)
        protectedBlock = try reader.protectedBlock()
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        try NASType.command.encoded(protectedBlock: protectedBlock)
    }
}
