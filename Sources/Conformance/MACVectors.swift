import AIoTBase
package import AIoTMac

/// Checks one vector of `vectors/air.json` in both directions: the PDU decodes to the fields, and the fields encode to
/// the PDU.
///
/// Gives a line `field: expected X, got Y` for each difference; none means that the vector passed.
/// - Parameter coding: checks what lies below the MAC message (`prdchBits`, `pdrchBits`, `r2dSeconds`).
package func checkAirVector(
    _ vector: [String: Any], coding: ([String: Any]) -> [String] = { _ in [] }
) -> [String] {
    var checked = VectorFields(vector)
    guard let octets = checked.octets("pdu"), let name = checked.text("message") else { return checked.mismatches }
    guard let fields = vector["fields"] as? [String: Any] else {
        return ["fields: expected an object, got \(checked.shown("fields"))"]
    }
    return decodingMismatches(name, fields, octets) + encodingMismatches(name, fields, octets) + coding(vector)
}

/// A MAC message of either direction.
package enum AirMessage: Hashable {
    case r2d(R2DMessage)
    case d2r(D2RMessage)

    /// The message of that name that `octets` hold; the name tells the direction, and whether it is Msg1 of CBRA.
    package init(decoding octets: [UInt8], named name: String) throws(MACDecodingError) {
        if Self.d2rNames.contains(name) {
            self = .d2r(try D2RMessage(decoding: octets, isMsg1OfCBRA: name == "AccessRandomID"))
        } else {
            self = .r2d(try R2DMessage(decoding: octets))
        }
    }

    /// The message of that name with these fields; otherwise `nil` and a line for each field at fault.
    package static func built(
        named name: String, from fields: [String: Any]
    ) -> (message: AirMessage?, mismatches: [String]) {
        var reader = MACFieldReader(fields)
        let message =
            d2rNames.contains(name)
            ? reader.d2rMessage(name).map(AirMessage.d2r) : reader.r2dMessage(name).map(AirMessage.r2d)
        return (message, reader.mismatches)
    }

    package func encoded() throws(MACEncodingError) -> [UInt8] {
        switch self {
        case .r2d(let message): try message.encoded()
        case .d2r(let message): try message.encoded()
        }
    }

    package var name: String {
        switch self {
        case .r2d(let message): message.name
        case .d2r(let message): message.name
        }
    }

    /// The fields under the names of the vectors.
    package var fields: [String: Any] {
        switch self {
        case .r2d(let message): r2dFields(of: message)
        case .d2r(let message): d2rFields(of: message)
        }
    }

    private static let d2rNames: Set<String> = ["AccessRandomID", "D2RUpperLayerData"]
}

private func decodingMismatches(_ name: String, _ fields: [String: Any], _ octets: [UInt8]) -> [String] {
    do {
        let message = try AirMessage(decoding: octets, named: name)
        var mismatches = differences(expected: fields, computed: message.fields, path: "")
        if message.name != name { mismatches.append("message: expected \(name), got \(message.name)") }
        let again = (try? message.encoded()).map(Hex.encoded) ?? "nothing"
        if again != Hex.encoded(octets) {
            mismatches.append("pdu: expected \(Hex.encoded(octets)), got \(again) from its own decoding")
        }
        return mismatches
    } catch {
        return ["pdu: expected a MAC message, got \(error)"]
    }
}

private func encodingMismatches(_ name: String, _ fields: [String: Any], _ octets: [UInt8]) -> [String] {
    let (message, mismatches) = AirMessage.built(named: name, from: fields)
    guard let message else { return mismatches }
    do {
        let encoded = try message.encoded()
        guard encoded != octets else { return mismatches }
        return mismatches + ["pdu: expected \(Hex.encoded(octets)), got \(Hex.encoded(encoded)) from the fields"]
    } catch {
        return mismatches + ["pdu: expected \(Hex.encoded(octets)), got \(error)"]
    }
}
