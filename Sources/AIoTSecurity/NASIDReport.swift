/// NAS PDU 4, D2R: the device ID, after the network has proved itself.
package struct NASIDReport: Hashable, Sendable {
    /// The device ID under k_AIoT_ses, D2R COUNT 0.
    package var protectedBlock: [UInt8]

    package init(protectedBlock: [UInt8]) {
        self.protectedBlock = protectedBlock
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .idReport)
        protectedBlock = try reader.protectedBlock()
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        try NASType.idReport.encoded(protectedBlock: protectedBlock)
    }
}
