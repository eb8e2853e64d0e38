package import AIoTBase

/// NAS PDU 3, R2D: the network proves itself to one device.
package struct NASNetworkResponse: Hashable, Sendable {
    package var nres: NRES

    package init(nres: NRES) {
        self.nres = nres
    }

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = try NASReader(octets, type: .networkResponse)
        guard let nres = NRES(try reader.octets(8)) else { throw .truncated }
        self.nres = nres
        try reader.finish()
    }

    package func encoded() -> [UInt8] { [NASType.networkResponse.rawValue] + nres.octets }
}
