import AIoTBase
import AIoTMac
import AIoTRelay
import NGAP

// MARK: - From the AIoTF

extension Reader {
    /// A PDU that came over the link. What does not decode is answered with Error Indication, and the link stays up.
    mutating func receive(_ octets: [UInt8], over link: LinkID, at time: AirTime) {
        let pdu: NGAPPDU
        do {
            pdu = try NGAPPDU(decoding: octets)
        } catch {
            drop(.undecodableNGAP)
            send(.errorIndication(ErrorIndication(cause: Self.cause(of: error))), over: link)
            return
        }
        let state = links[link]
        let isUp = state?.isUp == true
        switch (pdu, state) {
        case (.ngSetupResponse(let message), .settingUp): setUp(link, by: message)
        case (.ngSetupFailure, .settingUp): disconnect(link, at: time)
        case (.inventoryRequest(let message), _) where isUp: receive(message, over: link, at: time)
        case (.commandRequest(let message), _) where isUp: receive(message, over: link, at: time)
        case (.aiotSessionReleaseCommand(let message), _) where isUp: receive(message, over: link)
        case (.errorIndication, _): break
        default: drop(.unexpectedNGAP)
        }
    }

    private static func cause(of error: NGAPDecodingError) -> Cause {
        if case .unknownIE = error { .abstractSyntaxErrorReject } else { .transferSyntaxError }
    }

    private mutating func receive(_ message: NGAP.InventoryRequest, over link: LinkID, at time: AirTime) {
        let name = AirRequest.Name(message.session, over: link)
        if let cause = refusal(of: message, name: name, at: time) {
            send(.inventoryFailure(InventoryFailure(session: message.session, cause: cause)), over: link)
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
                hasFollowOn: message.followonCommandIndication,
                devicesAwaitNetwork: Self.hasNetworkAuthentication(message.deviceIdentification.identity)))
        send(.inventoryResponse(InventoryResponse(session: message.session)), over: link)
    }

    /// Bit 2 of the profile, which leads the identity in the clear (`spec/1 "Messages"`): devices wait for a network
    /// response. Only the order of messages on the air depends on it.
    private static func hasNetworkAuthentication(_ identity: [UInt8]) -> Bool {
        identity.first.map { $0 & 0b100 != 0 } ?? false
    }

    /// The paging A-IoT NAS PDU is octet 1, nonce1 and the identity (`spec/3` "The procedure on it").
    private static let pagingType: UInt8 = 1

    private func refusal(of message: NGAP.InventoryRequest, name: AirRequest.Name, at time: AirTime) -> Cause? {
        if isStopping || isDraining { return .omIntervention }
        if isRadioLost(at: time) { return .hardwareFailure }
        // Its devices' last messages are kept for the AIoTF that accepted this reader, and for no other.
        if case .up(let identifier?) = links[name.link], identifier != name.aiotfIdentifier { return .semanticError }
        if inventories.contains(where: { $0.request.name == name }) { return .multipleAIoTSessionIDInstances }
        if inventories.count >= Self.queueLimit - 1 { return .controlProcessingOverload }
        if !serves(message.serviceArea) { return .requestedAreaNotServed }
        // The paging NAS PDU has at most 240 octets and whole ones (`spec/1 "What repeats"`).
        guard message.randN.bitCount == 128, message.deviceIdentification.hasWholeOctets,
            message.deviceIdentification.identity.count + 17 <= Self.nasPDULimit
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

    private mutating func receive(_ message: CommandRequest, over link: LinkID, at time: AirTime) {
        let name = AirRequest.Name(message.session, over: link)
        let id = message.ranDeviceNGAPID
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else {
            drop(.lateCommand)
            fail(message, .unknownAIoTSession, over: link)
            return
        }
        guard inventories[index].exchanges[id] != nil else {
            drop(.unknownDevice)
            fail(message, .unknownRANAIoTDeviceNGAPID, over: link)
            return
        }
        guard message.nasPDU.count <= Self.nasPDULimit else {
            drop(.unexpectedNGAP)
            fail(message, .semanticError, over: link)
            return
        }
        var fate = Inventory.CommandFate.late
        // Without an estimate a whole transport block is scheduled.
        let size = message.expectedD2RMsgSize ?? 253
        withInventory(at: index) {
            fate = $0.command(message.nasPDU, expectedD2RMsgSize: size, to: id, at: time)
        }
        switch fate {
        case .taken where message.nasPDU.isEmpty:
            send(
                .commandResponse(CommandResponse(session: message.session, ranDeviceNGAPID: id, nasPDU: [])),
                over: link)
        case .taken: break
        case .late:
            drop(.lateCommand)
            fail(message, .aiotDeviceNotReachable, over: link)
        case .busy:
            drop(.unexpectedNGAP)
            fail(message, .messageNotCompatibleWithReceiverState, over: link)
        }
    }

    /// Octets of an R2D NAS PDU at most (`spec/1 "Messages"`).
    private static let nasPDULimit = 240

    private mutating func fail(_ message: CommandRequest, _ cause: Cause, over link: LinkID) {
        send(
            .commandFailure(
                CommandFailure(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, cause: cause)),
            over: link)
    }

    /// A release is answered even for an inventory that is not known: the AIoTF may have restarted.
    private mutating func receive(_ message: AIOTSessionReleaseCommand, over link: LinkID) {
        let name = AirRequest.Name(message.session, over: link)
        withInventory(name) { $0.closeAll(.released) }
        tellReports(of: name)
        remove(name, reason: .released)
        send(
            .aiotSessionReleaseComplete(AIOTSessionReleaseComplete(session: message.session)), over: link)
    }
}

// MARK: - To the AIoTF

extension Reader {
    mutating func sendSetupRequest(to link: LinkID) {
        let identity = configuration.identity
        let plmn = SupportedTA.BroadcastPLMN(plmn: identity.plmn, slices: [SNSSAI(sst: 1)])
        send(
            .ngSetupRequest(
                NGSetupRequest(
                    globalGNBID: globalGNBID, ranNodeName: identity.name,
                    supportedTAs: [SupportedTA(tac: identity.trackingAreaCode, plmns: [plmn])], supportsProbes: true)),
            over: link)
    }

    mutating func sendReleaseRequest(for name: AirRequest.Name, cause: Cause) {
        send(
            .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: name.session, cause: cause)),
            over: name.link)
    }

    mutating func send(_ report: Inventory.Report, of name: AirRequest.Name) {
        switch report {
        case .accessResponse(let id, let pdu, let isLast):
            let device = InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: id)
            let reader = InventoryReport.Reader(
                readerIndex: configuration.identity.readerIndex, devices: [device])
            let report = NGAPPDU.inventoryReport(
                InventoryReport(session: name.session, globalGNBID: globalGNBID, readers: [reader]))
            if isLast {
                relay(report, of: name, device: (id, isCommandResponse: false))
            } else {
                send(report, over: name.link)
            }
        case .commandResponse(let id, let pdu, let isLast):
            let response = NGAPPDU.commandResponse(
                CommandResponse(session: name.session, ranDeviceNGAPID: id, nasPDU: pdu))
            if isLast {
                relay(response, of: name, device: (id, isCommandResponse: true))
            } else {
                send(response, over: name.link)
            }
        case .commandFailed(let id, let reason):
            let cause: Cause = reason == .noAnswer ? .noAIoTNASResponse : .aiotDeviceNotReachable
            send(
                .commandFailure(CommandFailure(session: name.session, ranDeviceNGAPID: id, cause: cause)),
                over: name.link)
        case .complete:
            relay(
                .inventoryReport(
                    InventoryReport(session: name.session, globalGNBID: globalGNBID, inventoryComplete: true)),
                of: name, device: nil)
        }
    }

    private mutating func send(_ pdu: NGAPPDU, over link: LinkID) {
        guard let octets = try? pdu.encoded() else {
            drop(.unencodable)
            return
        }
        put(.sendToAIoTF(link, octets))
    }

    /// What stays valid without the link; its device is acknowledged when it is durable.
    private mutating func relay(
        _ pdu: NGAPPDU, of name: AirRequest.Name, device: (id: UInt32, isCommandResponse: Bool)?
    ) {
        guard let octets = try? pdu.encoded() else {
            drop(.unencodable)
            return
        }
        lastRelay += 1
        relays[lastRelay] = RelayPurpose(inventory: name, device: device)
        put(
            .relay(
                Relay(
                    id: lastRelay, link: name.link, aiotfIdentifier: name.aiotfIdentifier,
                    octets: octets)))
    }

    mutating func relayed(_ id: UInt64) {
        guard let purpose = relays.removeValue(forKey: id), let device = purpose.device else { return }
        withInventory(purpose.inventory) {
            $0.relayed(device.id, isCommandResponse: device.isCommandResponse)
        }
    }

    mutating func notRelayed(_ id: UInt64) {
        guard let purpose = relays.removeValue(forKey: id), let device = purpose.device else { return }
        withInventory(purpose.inventory) { $0.notRelayed(device.id) }
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
    init(_ session: AIoTSessionName, over link: LinkID) {
        self.init(link: link, aiotfIdentifier: session.aiotfIdentifier, correlation: session.correlationIdentifier)
    }

    var session: AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: aiotfIdentifier, correlationIdentifier: correlation)
    }
}
