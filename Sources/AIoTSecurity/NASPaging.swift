package import AIoTBase

/// NAS PDU 1, R2D: asks the devices that its identity names to answer.
package struct NASPaging: Hashable, Sendable {
    package var nonce1: Nonce
    /// Whom it is meant for; `nil`, an empty identity, means all devices.
    package var identity: PagingIdentity?

    package init(nonce1: Nonce, identity: PagingIdentity?) {
        self.nonce1 = nonce1
        self.identity = identity
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .paging)
        nonce1 = try reader.nonce()
        identity = reader.isAtEnd ? nil : try PagingIdentity(decoding: reader.rest())
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        try NASType.paging.encoded(nonce1.octets + (try identity?.encoded() ?? []))
    }
}
