import AIoTBase
import AIoTPhy
import Foundation

/// Checks the coding part of one vector of `vectors/air.json`, both directions; each string says one failure with what
/// was expected and what came.
///
/// Looks at `prdchBits` and `r2dSeconds` (R2D) or `pdrchBits` (D2R); a vector with none of them passes.
package func checkAirCoding(_ vector: [String: Any]) -> [String] {
    guard let text = vector["pdu"] as? String, let message = Hex.decoded(text) else {
        return vector["prdchBits"] == nil && vector["pdrchBits"] == nil ? [] : ["pdu: no hexadecimal octets"]
    }
    var failures: [String] = []
    if let bits = vector["prdchBits"] { failures += checkR2DBits(of: message, expected: bits as? String) }
    if let seconds = vector["r2dSeconds"] {
        failures += checkR2DSeconds(of: message, expected: seconds as? [String: Any])
    }
    if let bits = vector["pdrchBits"] {
        failures += checkD2RBits(of: message, coding: vector["coding"] as? [String: Any], expected: bits as? String)
    }
    return failures
}

private func checkR2DBits(of message: [UInt8], expected text: String?) -> [String] {
    guard let text, let expected = bits(text) else { return ["prdchBits: not a string of 0 and 1"] }
    var failures: [String] = []
    do throws(AirCodingError) {
        let actual = try R2DCoding.bits(of: message, in: .oursV0)
        if actual != expected { failures.append("prdchBits: expected \(text), actual \(string(actual))") }
    } catch {
        failures.append("prdchBits: expected \(text), actual: \(error)")
    }
    let decoded = R2DCoding.decoded(expected, in: .oursV0)
    if decoded?.octets != message || decoded?.crcRight != true {
        failures.append(
            "prdchBits decoded: expected \(Hex.encoded(message)) with CRC right, "
                + "actual \(decoded.map { "\(Hex.encoded($0.octets)), CRC \($0.crcRight)" } ?? "no message")")
    }
    return failures
}

private func checkR2DSeconds(of message: [UInt8], expected: [String: Any]?) -> [String] {
    guard let expected, !expected.isEmpty else { return ["r2dSeconds: no durations by M"] }
    return expected.sorted { $0.key < $1.key }.compactMap { key, value in
        guard let chips = Int(key), AirProfile.oursV0.r2dChipsPerSymbol.contains(chips) else {
            return "r2dSeconds: M = \(key) is not in the air profile"
        }
        guard let seconds = value as? Double else { return "r2dSeconds[\(key)]: not a number" }
        let actual = R2DCoding.frameSeconds(messageOctets: message.count, chipsPerSymbol: chips, in: .oursV0)
        return abs(actual - seconds) <= 1e-9 ? nil : "r2dSeconds[\(key)]: expected \(seconds), actual \(actual)"
    }
}

private func checkD2RBits(of message: [UInt8], coding: [String: Any]?, expected text: String?) -> [String] {
    guard let text, let expected = bits(text) else { return ["pdrchBits: not a string of 0 and 1"] }
    guard let fec = coding?["fec"] as? Int, let repetition = coding?["repetition"] as? Int,
        let midamble = coding?["midamble"] as? Int
    else { return ["coding: fec, repetition and midamble are not all there"] }
    let format = D2RBurstFormat(
        rateCode: 0, subcarrierPeriods: 1, fec: fec != 0, repetition: repetition != 0, midamble: midamble != 0,
        transportBlockOctets: message.count)
    do throws(AirCodingError) {
        let actual = try D2RCoding.burstBits(of: message, format: format, in: .oursV0)
        guard actual == expected else { return ["pdrchBits: expected \(text), actual \(string(actual))"] }
    } catch {
        return ["pdrchBits: expected \(text), actual: \(error)"]
    }
    let decoded = D2RCoding.decoded(burstBits: expected, format: format, in: .oursV0)
    guard decoded?.octets == message, decoded?.crcRight == true else {
        return [
            "pdrchBits decoded: expected \(Hex.encoded(message)) with CRC right, "
                + "actual \(decoded.map { "\(Hex.encoded($0.octets)), CRC \($0.crcRight)" } ?? "no burst")"
        ]
    }
    return []
}

private func bits(_ text: String) -> [UInt8]? {
    let bits = Array(text.utf8)
    return bits.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") } ? bits.map { $0 & 1 } : nil
}

private func string(_ bits: [UInt8]) -> String {
    String(decoding: bits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
}
