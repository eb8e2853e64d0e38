import AIoTBase
package import AIoTSecurity
import Foundation

/// The name that tools print for a NAS PDU.
package func nasName(of pdu: NASPDU) -> String {
    switch pdu {
    case .paging: "Paging"
    case .accessResponse: "AccessResponse"
    case .networkResponse: "NetworkResponse"
    case .idReport: "IDReport"
    case .command: "Command"
    case .commandResponse: "CommandResponse"
    }
}

/// The fields of a NAS PDU under the names of `vectors/security.json`, as far as its octets tell without keys.
package func nasFields(of pdu: NASPDU) -> [String: Any] {
    switch pdu {
    case .paging(let paging):
        var fields: [String: Any] = ["nonce1": Hex.encoded(paging.nonce1.octets), "pagingIdentity": ""]
        if let identity = paging.identity {
            fields["pagingIdentity"] = (try? identity.encoded()).map { Hex.encoded($0) } ?? ""
            fields["pagedProfile"] = Int(identity.profile.rawValue)
            fields["algorithms"] = Int(identity.algorithms.octet)
            fields["pagingTag"] = identity.tag.map { Hex.encoded($0.octets) } ?? ""
            fields["protectedBlock"] = Hex.encoded(identity.protectedBlock)
        }
        return fields
    case .accessResponse(let response):
        var fields: [String: Any] = [
            "flags": Int(response.flags.rawValue), "nonce2": Hex.encoded(response.nonce2.octets),
        ]
        if let hint = response.keyHint { fields["keyHint"] = Hex.encoded(hint.octets) }
        if let ares = response.ares { fields["ares"] = Hex.encoded(ares.octets) }
        switch response.content {
        case .none: break
        case .counter(let block), .id(let block): fields["protectedBlock"] = Hex.encoded(block)
        }
        return fields
    case .networkResponse(let response): return ["nres": Hex.encoded(response.nres.octets)]
    case .idReport(let report): return ["protectedBlock": Hex.encoded(report.protectedBlock)]
    case .command(let command): return ["protectedBlock": Hex.encoded(command.protectedBlock)]
    case .commandResponse(let response): return ["protectedBlock": Hex.encoded(response.protectedBlock)]
    }
}
