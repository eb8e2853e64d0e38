import AIoTBase
import ControlSocket

/// A line of the local link.
package enum LocalLinkLine: Hashable, Sendable {
    case pdu([UInt8])
    /// So many PDUs of this connection have been dealt with.
    case confirmed(UInt64)

    /// Why a line is none; the text is told to the client.
    package struct Problem: Error, Hashable, Sendable {
        package var text: String
        init(_ text: String) { self.text = text }
    }

    package init(_ line: some Sequence<UInt8>) throws(Problem) {
        do throws(ControlFailure) {
            var fields = try ControlFields(line, example: "{\"pdu\":\"HEX\"}")
            let text = try fields.take("pdu", String.self)
            let count = try fields.take("confirmed", Int.self)
            try fields.finish()
            switch (text, count) {
            case (let text?, nil):
                guard let octets = Hex.decoded(text), !octets.isEmpty else {
                    throw ControlFailure("pdu: write the octets of an NGAP PDU as hexadecimal digits")
                }
                self = .pdu(octets)
            case (nil, let count?):
                guard let count = UInt64(exactly: count) else { throw ControlFailure("confirmed: write a number") }
                self = .confirmed(count)
            default: throw ControlFailure("a line of a link has pdu or confirmed")
            }
        } catch {
            throw Problem(error.text)
        }
    }

    package var text: String {
        switch self {
        case .pdu(let octets): Self.pdu(octets)
        case .confirmed(let count): "{\"confirmed\":\(count)}"
        }
    }

    static let accepted = "{\"type\":\"link\"}"
    static func pdu(_ octets: [UInt8]) -> String { "{\"pdu\":\"\(Hex.encoded(octets))\"}" }
    static func busy(_ text: String) -> String { JSONLine.busy(text).text }
    static func error(_ text: String) -> String { JSONLine.error(text).text }
}
