import AIoTBase
import Foundation
package import NGAP

/// The fields of a PDU under the names that `vectors/ngap.json` uses.
package func ngapFields(of pdu: NGAPPDU) -> [String: Any] {
    switch pdu {
    case .ngSetupRequest(let message): fields(of: message)
    case .ngSetupResponse(let message): fields(of: message)
    case .ngSetupFailure(let message): ["cause": NGAPCauseNames.names(of: message.cause)]
    case .inventoryRequest(let message): fields(of: message)
    case .inventoryResponse(let message): fields(of: message.session, message.criticalityDiagnostics)
    case .inventoryFailure(let message):
        fields(of: message.session, message.criticalityDiagnostics)
            .merging(["cause": NGAPCauseNames.names(of: message.cause)]) { $1 }
    case .inventoryReport(let message): fields(of: message)
    case .commandRequest(let message):
        fields(of: message.session).merging([
            "ranDeviceID": Int(message.ranDeviceNGAPID), "nasPDU": Hex.encoded(message.nasPDU),
            "expectedD2RMsgSize": message.expectedD2RMsgSize ?? NSNull(),
        ]) { $1 }
    case .commandResponse(let message):
        fields(of: message.session, message.criticalityDiagnostics).merging([
            "ranDeviceID": Int(message.ranDeviceNGAPID), "nasPDU": Hex.encoded(message.nasPDU),
        ]) { $1 }
    case .commandFailure(let message):
        fields(of: message.session, message.criticalityDiagnostics).merging([
            "ranDeviceID": Int(message.ranDeviceNGAPID), "cause": NGAPCauseNames.names(of: message.cause),
        ]) { $1 }
    case .aiotSessionReleaseCommand(let message):
        fields(of: message.session).merging(["cause": NGAPCauseNames.names(of: message.cause)]) { $1 }
    case .aiotSessionReleaseComplete(let message): fields(of: message.session, message.criticalityDiagnostics)
    case .aiotSessionReleaseRequest(let message):
        fields(of: message.session).merging(["cause": NGAPCauseNames.names(of: message.cause)]) { $1 }
    case .errorIndication(let message): fields(of: message)
    }
}

private func fields(of session: AIoTSessionName, _ diagnostics: CriticalityDiagnostics? = nil) -> [String: Any] {
    var fields: [String: Any] = [
        "aiotfIdentifier": Hex.encoded(session.aiotfIdentifier),
        "correlationIdentifier": session.correlationIdentifier,
    ]
    if let diagnostics { fields["criticalityDiagnostics"] = diagnosticFields(diagnostics) }
    return fields
}

private func diagnosticFields(_ diagnostics: CriticalityDiagnostics) -> [String: Any] {
    var fields: [String: Any] = [:]
    if let code = diagnostics.procedureCode { fields["procedureCode"] = code }
    if let trigger = diagnostics.triggeringMessage {
        fields["triggeringMessage"] = NGAPEnumerations.name(
            trigger, in: NGAPEnumerations.triggeringMessages)
    }
    if let criticality = diagnostics.procedureCriticality { fields["procedureCriticality"] = "\(criticality)" }
    if !diagnostics.items.isEmpty {
        fields["iEsCriticalityDiagnostics"] = diagnostics.items.map { item -> [String: Any] in
            [
                "iECriticality": "\(item.criticality)", "iE-ID": item.id,
                "typeOfError": NGAPEnumerations.name(item.typeOfError, in: NGAPEnumerations.typesOfError),
            ]
        }
    }
    return fields
}

private func fields(of message: NGAP.InventoryRequest) -> [String: Any] {
    let area = message.serviceArea.areas.first
    let assistance = message.assistance
    let (identification, identity): (String, [UInt8]?) =
        switch message.deviceIdentification {
        case .singleDevice(let bits): ("singleDevice", bits.octets)
        case .groupDevices(let bits): ("groupDevices", bits.octets)
        case .allDevices: ("allDevices", nil)
        }
    let readers = message.serviceArea.readers.map { reader -> [String: Any] in
        [
            "gnbID": Int(reader.globalGNBID.gnbID), "gnbIDLength": reader.globalGNBID.bitLength,
            "readerIndex": reader.readerIndex,
        ]
    }
    let plmn = area?.plmn ?? message.serviceArea.readers.first?.globalGNBID.plmn
    return fields(of: message.session).merging([
        "identification": identification, "identity": identity.map { Hex.encoded($0) } ?? NSNull(),
        "areaCodes": message.serviceArea.areas.map { Hex.encoded($0.areaCode) },
        "nid": area?.nid.map { NGAPFieldReader.number(ofNID: $0) } ?? NSNull(),
        "plmn": plmn.map { Hex.encoded($0) } ?? NSNull(), "readers": readers,
        "expectedD2RMsgSize": assistance.expectedD2RMsgSize,
        "approximateNoofTargetDevices": assistance.approximateNoofTargetDevices ?? NSNull(),
        "timeInterval": assistance.timeInterval ?? NSNull(), "followonCommand": message.followonCommandIndication,
        "randN": Hex.encoded(message.randN.octets),
    ]) { $1 }
}

private func fields(of message: InventoryReport) -> [String: Any] {
    let reader = message.readers.first
    let devices = (reader?.devices ?? []).map { device -> [String: Any] in
        [
            "nasPDU": Hex.encoded(device.nasPDU),
            "ranDeviceID": device.ranDeviceNGAPID.map { Int($0) } ?? NSNull(),
        ]
    }
    return fields(of: message.session).merging([
        "gnbID": Int(message.globalGNBID.gnbID), "gnbIDLength": message.globalGNBID.bitLength,
        "plmn": Hex.encoded(message.globalGNBID.plmn), "readerIndex": reader?.readerIndex ?? NSNull(),
        "devices": devices, "complete": message.inventoryComplete,
    ]) { $1 }
}

private func fields(of message: NGSetupRequest) -> [String: Any] {
    let area = message.supportedTAs.first
    return [
        "plmn": Hex.encoded(message.globalGNBID.plmn), "gnbID": Int(message.globalGNBID.gnbID),
        "gnbIDLength": message.globalGNBID.bitLength, "ranNodeName": message.ranNodeName ?? NSNull(),
        "tac": area.map { Hex.encoded($0.tac) } ?? NSNull(),
        "sst": area?.plmns.first?.slices.first.map { Int($0.sst) } ?? NSNull(),
        "defaultPagingDRX": NGAPEnumerations.name(message.defaultPagingDRX, in: NGAPEnumerations.pagingDRX),
        "aiotSupport": message.aiotSupport.map { NGAPEnumerations.name($0, in: NGAPEnumerations.aiotSupport) }
            ?? NSNull(),
    ]
}

private func fields(of message: NGSetupResponse) -> [String: Any] {
    let guami = message.servedGUAMIs.first
    let support = message.plmnSupport.first
    return [
        "amfName": message.amfName, "plmn": guami.map { Hex.encoded($0.plmn) } ?? NSNull(),
        "amfRegion": guami?.region ?? NSNull(), "amfSet": guami?.set ?? NSNull(),
        "amfPointer": guami?.pointer ?? NSNull(), "relativeAMFCapacity": message.relativeAMFCapacity,
        "sst": support?.slices.first.map { Int($0.sst) } ?? NSNull(),
        "aiotfIdentifier": message.aiotfIdentifier.map { Hex.encoded($0) } ?? NSNull(),
        "aiotfName": message.aiotfName?.visible ?? NSNull(),
    ]
}

private func fields(of message: ErrorIndication) -> [String: Any] {
    var fields: [String: Any] = [:]
    if let cause = message.cause { fields["cause"] = NGAPCauseNames.names(of: cause) }
    if let diagnostics = message.criticalityDiagnostics {
        fields["criticalityDiagnostics"] = diagnosticFields(diagnostics)
    }
    return fields
}
