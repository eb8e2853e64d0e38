import AIoTBase
import AIoTDevice
import AIoTSecurity

/// Checks one vector of the security procedure in both directions: what the network makes and the device makes of it,
/// and what each reads out of the other's PDUs.
///
/// Gives a line `field: expected X, got Y` for each field that does not follow from the vector's inputs, X from the
/// vector and Y computed; none means that the vector passed. The vectors leave three things
/// unsaid, *ours* after them: a vector with profile bit 6 whose device opens a session has one READ of 8 octets at
/// offset 4, the device's memory holds 0x11 throughout, and the same paging comes again at the end.
package func checkSecurityVector(_ vector: [String: Any]) -> [String] {
    var fields = VectorFields(vector)
    guard let inputs = SecurityVectorInputs(&fields) else { return fields.mismatches }
    if inputs.pagedCounter == nil { fields.compare("pagedCounter", number: nil) }
    fields.compare("pagedProfile", number: Int(inputs.pagedProfile.rawValue))
    checkKeys(inputs, &fields)
    checkRefusals(inputs, &fields)
    do throws(NASEncodingError) {
        let paging = try checkPaging(inputs, &fields)
        var exchange = SecurityVectorExchange(inputs)
        try exchange.run(paging, &fields)
    } catch {
        fields.report("vector", expected: "PDUs that can be made", got: error.description)
    }
    return fields.mismatches
}

/// The keys and short values that the vector lists, whether or not its PDUs carry them.
private func checkKeys(_ inputs: SecurityVectorInputs, _ fields: inout VectorFields) {
    var cost = CryptoCost()
    let algorithms = inputs.configuration.algorithms
    let kAIoT = KeyDerivation.kAIoT(
        from: inputs.key, nonce1: inputs.nonce1, profile: inputs.pagedProfile, algorithms: algorithms, cost: &cost)
    let group = KeyDerivation.kAIoT(
        from: inputs.group.key, nonce1: inputs.nonce1, profile: inputs.pagedProfile, algorithms: algorithms,
        cost: &cost)
    let session = KeyDerivation.kAIoTSession(from: kAIoT, nonce2: inputs.nonce2, cost: &cost)
    fields.compare("kAIoT", kAIoT.exposedOctets)
    fields.compare("kAIoTGroup", inputs.kind == .group ? group.exposedOctets : nil)
    fields.compare("kAIoTSession", session.exposedOctets)
    fields.compare("ares", KeyDerivation.ares(from: session, nonce1: inputs.nonce1, cost: &cost).octets)
    fields.compare("nres", KeyDerivation.nres(from: session, nonce2: inputs.nonce2, cost: &cost).octets)
    fields.compare("keyHint", KeyDerivation.keyHint(from: kAIoT, cost: &cost).octets)
}

/// A vector shows the procedure at work, so its configuration must be one that the procedure admits.
private func checkRefusals(_ inputs: SecurityVectorInputs, _ fields: inout VectorFields) {
    for refusal in inputs.configuration.refusals(for: inputs.kind) {
        fields.report("profile", expected: "a configuration that is not refused", got: refusal.description)
    }
}

/// The paging as the AIoTF forms it; gives its octets.
private func checkPaging(
    _ inputs: SecurityVectorInputs, _ fields: inout VectorFields
) throws(NASEncodingError) -> [UInt8] {
    var cost = CryptoCost()
    let identity = try PagingIdentity.make(
        for: inputs.target, configuration: inputs.configuration, counter: inputs.pagedCounter ?? 0,
        nonce1: inputs.nonce1, cost: &cost)
    let pdu = try NASPaging(nonce1: inputs.nonce1, identity: identity).encoded()
    fields.compare("pagingTag", identity?.tag?.octets ?? [])
    fields.compare("pagingIdentity", try identity?.encoded() ?? [])
    fields.compare("pagingPDU", pdu)
    return pdu
}
