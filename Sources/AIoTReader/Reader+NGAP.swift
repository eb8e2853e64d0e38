import AIoTBase
import AIoTMac
import AIoTRelay
import NGAP

// MARK: - From the AIoTF

extension Reader {
    /// A PDU that came over the link. What does not decode is answered with Error Indication, and the link stays up.
    mutating func receive(_ octets: [UInt8], at time: AirTime) {
        let pdu: NGAPPDU
        do {
            pdu = try NGAPPDU(decoding: octets)
        } catch {
            drop(.undecodableNGAP)
            send(.errorIndication(ErrorIndication(cause: Self.cause(of: error))))
            return
        }
        switch pdu {
        case .ngSetupResponse where link == .settingUp: link = .up
        case .ngSetupFailure where link == .settingUp: link = .down
        case .inventoryRequest(let message) where link == .up: receive(message)
        case .commandRequest(let message) where link == .up: receive(message)
        case .aiotSessionReleaseCommand(let message) where link == .up: receive(message)
        case .errorIndication: break
        default: drop(.unexpectedNGAP)
        }
    }

    private static func cause(of error: NGAPDecodingError) -> Cause {
        if case .unknownIE = error { .abstractSyntaxErrorReject } else { .transferSyntaxError }
    }

    private mutating func receive(_ message: NGAP.InventoryRequest) {
        let name = AirRequest.Name(message.session)
        if let cause = refusal(of: message, name: name) {
            send(.inventoryFailure(InventoryFailure(session: message.session, cause: cause)))
            return
        }
        var isSingleDevice = false
        if case .singleDevice = message.deviceIdentification { isSingleDevice = true }
        begin(
            AirRequest(
                name: name,
                pagingPDU: [Self.pagingType] + message.randN.octets + message.deviceIdentification.identity,
                isSingleDevice: isSingleDevice, expectedD2RMsgSize: message.assistance.expectedD2RMsgSize,
                expectedDevices: message.assistance.approximateNoofTargetDevices,
                hasFollowOn: message.followonCommandIndication))
        send(.inventoryResponse(InventoryResponse(session: message.session)))
    }

    /// The paging A-IoT NAS PDU is octet 1, nonce1 and the identity (`spec/3` "The procedure on it").
    private static let pagingType: UInt8 = 1

    private func refusal(of message: NGAP.InventoryRequest, name: AirRequest.Name) -> Cause? {
        if inventories.contains(where: { $0.request.name == name }) { return .multipleAIoTSessionIDInstances }
        if inventories.count >= Self.queueLimit - 1 { return .controlProcessingOverload }
        if !serves(message.serviceArea) { return .requestedAreaNotServed }
        // The paging NAS PDU has at most 240 octets and whole ones (`spec/1 "What repeats"`).
        guard message.randN.bitCount == 128, message.deviceIdentification.hasWholeOctets,
            message.deviceIdentification.identity.count + 17 <= 240
        else { return .semanticError }
        return nil
    }

    /// Whether this reader is among those asked for; no list asks for all.
    private func serves(_ area: ServiceAreaInformation) -> Bool {
        if area.readers.isEmpty, area.areas.isEmpty { return true }
        let identity = configuration.identity
        return area.areas.contains { $0.plmn == identity.plmn && $0.areaCode == identity.areaCode }
            || area.readers.contains { $0.globalGNBID == globalGNBID && $0.readerIndex == identity.readerIndex }
    }

    private mutating func receive(_ message: CommandRequest) {
        let name = AirRequest.Name(message.session)
        let id = message.ranDeviceNGAPID
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else {
            drop(.lateCommand)
            fail(message, .unknownAIoTSession)
            return
        }
        guard inventories[index].exchanges[id] != nil else {
            drop(.unknownDevice)
            fail(message, .unknownRANAIoTDeviceNGAPID)
            return
        }
        // Without an estimate a whole transport block is scheduled.
        let size = message.expectedD2RMsgSize ?? 253
        var isInTime = false
        withInventory(at: index) { isInTime = $0.command(message.nasPDU, expectedD2RMsgSize: size, to: id) }
        if !isInTime {
            drop(.lateCommand)
            fail(message, .aiotDeviceNotReachable)
        } else if message.nasPDU.isEmpty {
            send(.commandResponse(CommandResponse(session: message.session, ranDeviceNGAPID: id, nasPDU: [])))
        }
    }

    private mutating func fail(_ message: CommandRequest, _ cause: Cause) {
        send(
            .commandFailure(
                CommandFailure(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, cause: cause)))
    }

    /// A release is answered even for an inventory that is not known: the AIoTF may have restarted.
    private mutating func receive(_ message: AIOTSessionReleaseCommand) {
        let name = AirRequest.Name(message.session)
        withInventory(name) { $0.closeAll(.released) }
        tellReports(of: name)
        remove(name)
        send(.aiotSessionReleaseComplete(AIOTSessionReleaseComplete(session: message.session)))
    }
}

// MARK: - To the AIoTF

extension Reader {
    mutating func sendSetupRequest() {
        let identity = configuration.identity
        let plmn = SupportedTA.BroadcastPLMN(plmn: identity.plmn, slices: [SNSSAI(sst: 1)])
        send(
            .ngSetupRequest(
                NGSetupRequest(
                    globalGNBID: globalGNBID, ranNodeName: identity.name,
                    supportedTAs: [SupportedTA(tac: identity.trackingAreaCode, plmns: [plmn])])))
    }

    mutating func sendReleaseRequest(for name: AirRequest.Name) {
        send(
            .aiotSessionReleaseRequest(
                AIOTSessionReleaseRequest(session: name.session, cause: .aiotDeviceNotReachable)))
    }

    mutating func send(_ report: Inventory.Report, of name: AirRequest.Name) {
        switch report {
        case .accessResponse(let id, let pdu):
            let device = InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: id)
            let reader = InventoryReport.Reader(
                readerIndex: configuration.identity.readerIndex, devices: [device])
            send(
                .inventoryReport(
                    InventoryReport(session: name.session, globalGNBID: globalGNBID, readers: [reader])))
        case .commandResponse(let id, let pdu):
            send(.commandResponse(CommandResponse(session: name.session, ranDeviceNGAPID: id, nasPDU: pdu)))
        case .commandFailed(let id, let reason):
            let cause: Cause = reason == .noAnswer ? .noAIoTNASResponse : .aiotDeviceNotReachable
            send(.commandFailure(CommandFailure(session: name.session, ranDeviceNGAPID: id, cause: cause)))
        case .complete:
            send(
                .inventoryReport(
                    InventoryReport(session: name.session, globalGNBID: globalGNBID, inventoryComplete: true)))
        }
    }

    private mutating func send(_ pdu: NGAPPDU) {
        guard let octets = try? pdu.encoded() else {
            drop(.unencodable)
            return
        }
        put(.sendToAIoTF(octets))
    }

    private var globalGNBID: GlobalGNBID {
        GlobalGNBID(plmn: configuration.identity.plmn, gnbID: configuration.identity.gnbID, bitLength: 22)
    }
}

extension DeviceIdentification {
    /// A paging identity is a number of octets.
    fileprivate var hasWholeOctets: Bool {
        switch self {
        case .singleDevice(let bits), .groupDevices(let bits): bits.bitCount.isMultiple(of: 8)
        case .allDevices: true
        }
    }
}

extension AirRequest.Name {
    init(_ session: AIoTSessionName) {
        self.init(aiotfIdentifier: session.aiotfIdentifier, correlation: session.correlationIdentifier)
    }

    var session: AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: aiotfIdentifier, correlationIdentifier: correlation)
    }
}
