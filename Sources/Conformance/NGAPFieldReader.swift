import AIoTBase
import Foundation
import NGAP

/// Builds PDUs from fields under the names that `vectors/ngap.json` uses.
struct NGAPFieldReader {
    private let fields: [String: Any]
    private(set) var problems: [String] = []

    init(_ fields: [String: Any]) {
        self.fields = fields
    }

    /// The message called `name`; nil when a field is missing or makes no sense, then `problems` says which.
    mutating func pdu(_ name: String) -> NGAPPDU? {
        switch name {
        case "NGSetupRequest": ngSetupRequest().map(NGAPPDU.ngSetupRequest)
        case "NGSetupResponse": ngSetupResponse().map(NGAPPDU.ngSetupResponse)
        case "NGSetupFailure": cause().map { .ngSetupFailure(NGSetupFailure(cause: $0)) }
        case "InventoryRequest": inventoryRequest().map(NGAPPDU.inventoryRequest)
        case "InventoryReport": inventoryReport().map(NGAPPDU.inventoryReport)
        case "InventoryResponse", "InventoryFailure", "AIOTSessionReleaseCommand", "AIOTSessionReleaseComplete",
            "AIOTSessionReleaseRequest":
            sessionMessage(name)
        case "CommandRequest", "CommandResponse", "CommandFailure": deviceMessage(name)
        case "ErrorIndication":
            .errorIndication(
                ErrorIndication(cause: isPresent("cause") ? cause() : nil, criticalityDiagnostics: diagnostics()))
        default: problem("message", "one of the 14 messages")
        }
    }

    private mutating func sessionMessage(_ name: String) -> NGAPPDU? {
        guard let session = session() else { return nil }
        switch name {
        case "InventoryResponse":
            return .inventoryResponse(
                InventoryResponse(session: session, criticalityDiagnostics: diagnostics()))
        case "AIOTSessionReleaseComplete":
            return .aiotSessionReleaseComplete(
                AIOTSessionReleaseComplete(session: session, criticalityDiagnostics: diagnostics()))
        default: break
        }
        guard let cause = cause() else { return nil }
        return switch name {
        case "InventoryFailure":
            .inventoryFailure(
                InventoryFailure(session: session, cause: cause, criticalityDiagnostics: diagnostics()))
        case "AIOTSessionReleaseCommand":
            .aiotSessionReleaseCommand(AIOTSessionReleaseCommand(session: session, cause: cause))
        default: .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: session, cause: cause))
        }
    }

    private mutating func deviceMessage(_ name: String) -> NGAPPDU? {
        guard let session = session(), let id = number("ranDeviceID").flatMap({ UInt32(exactly: $0) }) else {
            return problem("ranDeviceID", "0 to 4294967295")
        }
        if name == "CommandFailure" {
            return cause().map {
                .commandFailure(
                    CommandFailure(
                        session: session, ranDeviceNGAPID: id, cause: $0, criticalityDiagnostics: diagnostics()))
            }
        }
        guard let pdu = octets("nasPDU") else { return nil }
        if name == "CommandResponse" {
            return .commandResponse(
                CommandResponse(
                    session: session, ranDeviceNGAPID: id, nasPDU: pdu, criticalityDiagnostics: diagnostics()))
        }
        return .commandRequest(
            CommandRequest(
                session: session, ranDeviceNGAPID: id, nasPDU: pdu,
                expectedD2RMsgSize: optionalNumber("expectedD2RMsgSize")))
    }

    private mutating func inventoryRequest() -> NGAP.InventoryRequest? {
        guard let session = session(), let plmn = octets("plmn"), let randN = octets("randN"),
            let identification = deviceIdentification(), let size = number("expectedD2RMsgSize")
        else { return nil }
        let nid = (fields["nid"] as? Int).map(Self.nid(of:))
        let areas = (fields["areaCodes"] as? [String] ?? []).compactMap { code in
            Hex.decoded(code).map { AIoTArea(plmn: plmn, nid: nid, areaCode: $0) }
        }
        let readers = (fields["readers"] as? [[String: Any]] ?? []).compactMap { entry -> RequestedReader? in
            guard let id = (entry["gnbID"] as? Int).flatMap({ UInt32(exactly: $0) }),
                let length = entry["gnbIDLength"] as? Int, let index = entry["readerIndex"] as? Int
            else { return nil }
            return RequestedReader(
                globalGNBID: GlobalGNBID(plmn: plmn, gnbID: id, bitLength: length), readerIndex: index)
        }
        return NGAP.InventoryRequest(
            session: session, deviceIdentification: identification,
            serviceArea: ServiceAreaInformation(readers: readers, areas: areas),
            assistance: InventoryAssistanceInformation(
                expectedD2RMsgSize: size,
                approximateNoofTargetDevices: optionalNumber("approximateNoofTargetDevices"),
                timeInterval: optionalNumber("timeInterval")),
            followonCommandIndication: fields["followonCommand"] as? Bool ?? false,
            randN: NGAPBitString(octets: randN))
    }

    private mutating func deviceIdentification() -> DeviceIdentification? {
        if fields["identification"] as? String == "allDevices" {
            return isPresent("identity") ? problem("identity", "null for all devices") : .allDevices
        }
        guard let identity = octets("identity") else { return nil }
        let bits = NGAPBitString(octets: identity)
        return switch fields["identification"] as? String {
        case "singleDevice": .singleDevice(bits)
        case "groupDevices": .groupDevices(bits)
        default: problem("identification", "singleDevice, groupDevices or allDevices")
        }
    }

    private mutating func inventoryReport() -> InventoryReport? {
        guard let session = session(), let gnb = globalGNBID() else { return nil }
        let devices = (fields["devices"] as? [[String: Any]] ?? []).compactMap { entry -> InventoryReport.Device? in
            guard let pdu = (entry["nasPDU"] as? String).flatMap(Hex.decoded) else { return nil }
            let id = (entry["ranDeviceID"] as? Int).flatMap { UInt32(exactly: $0) }
            return InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: id)
        }
        var readers: [InventoryReport.Reader] = []
        if !devices.isEmpty {
            guard let index = number("readerIndex") else { return nil }
            readers = [InventoryReport.Reader(readerIndex: index, devices: devices)]
        }
        return InventoryReport(
            session: session, globalGNBID: gnb, readers: readers,
            inventoryComplete: fields["complete"] as? Bool ?? false)
    }

    private mutating func ngSetupRequest() -> NGSetupRequest? {
        guard let gnb = globalGNBID(), let tac = octets("tac"), let slice = slice(),
            let drx = NGAPEnumerations.value(of: fields["defaultPagingDRX"], in: NGAPEnumerations.pagingDRX)
        else { return problem("fields", "those of an NG Setup Request") }
        return NGSetupRequest(
            globalGNBID: gnb, ranNodeName: fields["ranNodeName"] as? String,
            supportedTAs: [SupportedTA(tac: tac, plmns: [.init(plmn: gnb.plmn, slices: [slice])])],
            defaultPagingDRX: drx,
            aiotSupport: NGAPEnumerations.value(of: fields["aiotSupport"], in: NGAPEnumerations.aiotSupport))
    }

    private mutating func ngSetupResponse() -> NGSetupResponse? {
        guard let plmn = octets("plmn"), let slice = slice(), let region = number("amfRegion"),
            let set = number("amfSet"), let pointer = number("amfPointer"),
            let capacity = number("relativeAMFCapacity"), let name = fields["amfName"] as? String
        else { return problem("fields", "those of an NG Setup Response") }
        return NGSetupResponse(
            amfName: name, servedGUAMIs: [GUAMI(plmn: plmn, region: region, set: set, pointer: pointer)],
            relativeAMFCapacity: capacity, plmnSupport: [.init(plmn: plmn, slices: [slice])],
            aiotfIdentifier: isPresent("aiotfIdentifier") ? octets("aiotfIdentifier") : nil,
            aiotfName: (fields["aiotfName"] as? String).map { AIOTFName(visible: $0) })
    }

    /// A NID is a number of 44 bits in the vectors.
    private static func nid(of value: Int) -> NGAPBitString {
        let padded = UInt64(truncatingIfNeeded: value) << 4
        let octets = (0..<6).reversed().map { UInt8(truncatingIfNeeded: padded >> UInt64($0 * 8)) }
        return NGAPBitString(octets: octets, bitCount: 44)
    }

    static func number(ofNID bits: NGAPBitString) -> Int {
        Int(truncatingIfNeeded: bits.octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 4)
    }
}

// MARK: - Single fields

extension NGAPFieldReader {
    private func isPresent(_ name: String) -> Bool {
        fields[name].map { !($0 is NSNull) } ?? false
    }

    private mutating func problem<Value>(_ name: String, _ expected: String) -> Value? {
        if problems.isEmpty { problems.append("\(name): expected \(expected), got \(fields[name] ?? "null")") }
        return nil
    }

    private mutating func octets(_ name: String) -> [UInt8]? {
        (fields[name] as? String).flatMap(Hex.decoded) ?? problem(name, "hexadecimal text")
    }

    private mutating func number(_ name: String) -> Int? {
        fields[name] as? Int ?? problem(name, "a number")
    }

    private func optionalNumber(_ name: String) -> Int? { fields[name] as? Int }

    private mutating func cause() -> Cause? {
        NGAPCauseNames.cause(from: fields["cause"]) ?? problem("cause", "a branch and a value of it")
    }

    private mutating func session() -> AIoTSessionName? {
        guard let identifier = octets("aiotfIdentifier"), let correlation = number("correlationIdentifier") else {
            return nil
        }
        return AIoTSessionName(aiotfIdentifier: identifier, correlationIdentifier: correlation)
    }

    private mutating func globalGNBID() -> GlobalGNBID? {
        guard let plmn = octets("plmn"), let id = number("gnbID").flatMap({ UInt32(exactly: $0) }),
            let length = number("gnbIDLength")
        else { return problem("gnbID", "22 to 32 bits") }
        return GlobalGNBID(plmn: plmn, gnbID: id, bitLength: length)
    }

    private mutating func slice() -> SNSSAI? {
        number("sst").flatMap { UInt8(exactly: $0) }.map { SNSSAI(sst: $0) }
    }

    private func diagnostics() -> CriticalityDiagnostics? {
        guard let entries = fields["criticalityDiagnostics"] as? [String: Any] else { return nil }
        let items = (entries["iEsCriticalityDiagnostics"] as? [[String: Any]] ?? []).compactMap {
            item -> CriticalityDiagnostics.Item? in
            guard let criticality = criticality(item["iECriticality"]), let id = item["iE-ID"] as? Int,
                let type = NGAPEnumerations.value(of: item["typeOfError"], in: NGAPEnumerations.typesOfError)
            else { return nil }
            return .init(criticality: criticality, id: id, typeOfError: type)
        }
        return CriticalityDiagnostics(
            procedureCode: entries["procedureCode"] as? Int,
            triggeringMessage: NGAPEnumerations.value(
                of: entries["triggeringMessage"], in: NGAPEnumerations.triggeringMessages),
            procedureCriticality: criticality(entries["procedureCriticality"]), items: items)
    }

    private func criticality(_ name: Any?) -> Criticality? {
        Criticality.allCases.first { "\($0)" == name as? String }
    }
}
