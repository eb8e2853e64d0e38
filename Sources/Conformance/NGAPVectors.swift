import AIoTBase
import Foundation
package import NGAP

/// Checks one NGAP vector in both directions: the octets decode to the fields, and the fields encode to the octets.
///
/// Gives a line `field: expected X, got Y` for each difference; none means that the vector passed.
package func checkNGAPVector(_ vector: [String: Any]) -> [String] {
    var checked = VectorFields(vector)
    guard let octets = checked.octets("aper"), let message = checked.text("message") else { return checked.mismatches }
    guard let fields = vector["fields"] as? [String: Any] else {
        return ["fields: expected an object, got \(checked.shown("fields"))"]
    }
    var mismatches: [String] = []
    do {
        let pdu = try NGAPPDU(decoding: octets)
        if pdu.name != message { mismatches.append("message: expected \(message), got \(pdu.name)") }
        mismatches += differences(expected: carried(fields, by: pdu), computed: ngapFields(of: pdu), path: "")
        let again = try pdu.encoded()
        if again != octets {
            mismatches.append("aper: expected \(Hex.encoded(octets)), got \(Hex.encoded(again)) from its own decoding")
        }
    } catch {
        mismatches.append("aper: expected a PDU, got \(error)")
    }
    var reader = NGAPFieldReader(fields)
    guard let built = reader.pdu(message) else { return mismatches + reader.problems }
    let encoded = (try? built.encoded()).map(Hex.encoded) ?? "nothing"
    if encoded != Hex.encoded(octets) {
        mismatches.append("aper: expected \(Hex.encoded(octets)), got \(encoded) from the fields")
    }
    return mismatches
}

/// The PDU that `fields` describe, under the names of `vectors/ngap.json`; nil when one is missing or makes no sense.
package func ngapPDU(message: String, fields: [String: Any]) -> NGAPPDU? {
    var reader = NGAPFieldReader(fields)
    return reader.pdu(message)
}

/// The fields that the octets can show: without its list, nothing carries a PLMN, a NID or a reader index.
private func carried(_ fields: [String: Any], by pdu: NGAPPDU) -> [String: Any] {
    var fields = fields
    switch pdu {
    case .inventoryRequest(let message) where message.serviceArea.areas.isEmpty:
        fields["nid"] = nil
        if message.serviceArea.readers.isEmpty { fields["plmn"] = nil }
    case .inventoryReport(let message) where message.readers.isEmpty: fields["readerIndex"] = nil
    default: break
    }
    return fields
}

/// Every difference between two JSON values, with the path to it. A field that is absent and one that is null mean
/// the same.
package func differences(expected: Any?, computed: Any?, path: String) -> [String] {
    switch (expected.flatMap(presentValue), computed.flatMap(presentValue)) {
    case (nil, nil): return []
    case (let expected as [String: Any], let computed as [String: Any]):
        return Set(expected.keys).union(computed.keys).sorted().flatMap { key in
            differences(
                expected: expected[key], computed: computed[key], path: path.isEmpty ? key : "\(path).\(key)")
        }
    case (let expected as [Any], let computed as [Any]) where expected.count == computed.count:
        return zip(expected, computed).enumerated().flatMap { index, pair in
            differences(expected: pair.0, computed: pair.1, path: "\(path)[\(index)]")
        }
    case (let expected?, let computed?) where isSameScalar(expected, computed): return []
    case (let expected, let computed):
        return ["\(path): expected \(expected.map { "\($0)" } ?? "null"), got \(computed.map { "\($0)" } ?? "null")"]
    }
}

private func presentValue(_ value: Any) -> Any? { value is NSNull ? nil : value }

private func isSameScalar(_ left: Any, _ right: Any) -> Bool {
    if left is [Any] || right is [Any] || left is [String: Any] || right is [String: Any] { return false }
    if let left = left as? String, let right = right as? String { return left == right }
    if left is String || right is String { return false }
    return (left as? NSNumber).flatMap { left in (right as? NSNumber).map { left == $0 } } ?? false
}
