import AIoTDevice
import AIoTF
import NGAP
import Testing

/// The readers.
extension CoreWorld {
    /// What a reader makes of a PDU from the AIoTF.
    mutating func take(_ pdu: NGAPPDU, _ place: Int) {
        switch pdu {
        case .ngSetupResponse:
            readers[place].inbox += readers[place].spool
        case .inventoryRequest(let message):
            guard readers[place].serves(message.serviceArea) else {
                readers[place].send(
                    .inventoryFailure(InventoryFailure(session: message.session, cause: .requestedAreaNotServed)))
                return
            }
            readers[place].open[message.session.correlationIdentifier] = CoreReader.Open(request: message)
            readers[place].send(.inventoryResponse(InventoryResponse(session: message.session)))
        case .commandRequest(let message): take(message, place)
        case .aiotSessionReleaseCommand(let message):
            readers[place].open[message.session.correlationIdentifier] = nil
            readers[place].confirm()
            readers[place].send(.aiotSessionReleaseComplete(AIOTSessionReleaseComplete(session: message.session)))
        default: break
        }
    }

    private mutating func take(_ message: CommandRequest, _ reader: Int) {
        let correlation = message.session.correlationIdentifier
        let id = message.ranDeviceNGAPID
        guard let inventory = readers[reader].open[correlation] else {
            return fail(message, .unknownAIoTSession, reader)
        }
        guard let place = inventory.exchanges[id] else { return fail(message, .unknownRANAIoTDeviceNGAPID, reader) }
        guard !inventory.closed.contains(id) else { return fail(message, .aiotDeviceNotReachable, reader) }
        if message.nasPDU.first == 5, let orderID = store.orderIDs[correlation] {
            commandsTo[Acknowledgement(orderID: orderID, place: place), default: []].insert(message.nasPDU)
        }
        if message.nasPDU.isEmpty { return respond(to: message, [], place, reader) }
        guard !loses(.r2d(place)), case .reply(let pdu, _) = devices[place].receive(message.nasPDU),
            !loses(.d2r(place))
        else {
            if !inventory.acknowledged.contains(place) { readers[reader].open[correlation]?.closed.insert(id) }
            return fail(message, .noAIoTNASResponse, reader)
        }
        #expect(message.expectedD2RMsgSize ?? 0 >= pdu.count, "the answer does not fit its schedule")
        respond(to: message, pdu, place, reader)
    }

    private mutating func fail(_ message: CommandRequest, _ cause: Cause, _ reader: Int) {
        readers[reader].send(
            .commandFailure(
                CommandFailure(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, cause: cause)))
    }

    /// The first response of an exchange is the message after which its device is acknowledged.
    private mutating func respond(to message: CommandRequest, _ pdu: [UInt8], _ place: Int, _ reader: Int) {
        let isFirst = acknowledge(place, message.session.correlationIdentifier, reader)
        readers[reader].send(
            .commandResponse(
                CommandResponse(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, nasPDU: pdu)),
            spooled: isFirst)
    }

    private mutating func acknowledge(_ place: Int, _ correlation: Int, _ reader: Int) -> Bool {
        if let orderID = store.orderIDs[correlation] {
            acknowledged.insert(Acknowledgement(orderID: orderID, place: place))
        }
        return readers[reader].open[correlation]?.acknowledged.insert(place).inserted == true
    }

    /// Pages once; the inventory is complete after a round without an answer, or the fourth.
    mutating func playRound(_ correlation: Int, _ reader: Int) {
        guard let request = readers[reader].open[correlation]?.request else { return }
        let paging = [1] + request.randN.octets + request.deviceIdentification.identity
        var heard: [(Int, [UInt8])] = []
        for place in devices.indices where isHeard(place, by: reader) {
            guard readers[reader].open[correlation]?.acknowledged.contains(place) == false, !loses(.paging(place)),
                case .addressed = devices[place].receivePaging(paging),
                let pdu = devices[place].makeAccessResponse(using: &generator), !loses(.accessResponse(place))
            else { continue }
            heard.append((place, pdu))
        }
        readers[reader].open[correlation]?.rounds += 1
        let isOver = heard.isEmpty || readers[reader].open[correlation]?.rounds == 4
        for (place, pdu) in heard { report(pdu, from: place, correlation, reader) }
        guard isOver else { return }
        readers[reader].open[correlation]?.isComplete = true
        readers[reader].send(
            .inventoryReport(
                InventoryReport(
                    session: request.session, globalGNBID: readers[reader].globalGNBID, inventoryComplete: true)),
            spooled: true)
    }

    /// Reports an access response under a new RAN-AIOT-Device-NGAP-ID.
    mutating func report(_ pdu: [UInt8], from place: Int, _ correlation: Int, _ reader: Int = 0) {
        guard let request = readers[reader].open[correlation]?.request else { return }
        lastDeviceID += 1
        readers[reader].open[correlation]?.exchanges[lastDeviceID] = place
        if !request.followonCommandIndication { _ = acknowledge(place, correlation, reader) }
        let device = InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: lastDeviceID)
        let message = InventoryReport(
            session: request.session, globalGNBID: readers[reader].globalGNBID,
            readers: [.init(readerIndex: readers[reader].index, devices: [device])])
        readers[reader].send(.inventoryReport(message), spooled: !request.followonCommandIndication)
    }
}
