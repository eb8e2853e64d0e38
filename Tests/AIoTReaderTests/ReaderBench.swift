import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import NGAP
import Testing

/// A reader whose links, air and clock are the test's.
struct ReaderBench {
    static let core = LinkID(0)
    static let other = LinkID(1)
    static let aiotfIdentifier: [UInt8] = [0xA1]

    private(set) var reader: Reader
    private(set) var now = AirTime.zero
    private(set) var sent: [(link: LinkID, pdu: NGAPPDU)] = []
    private(set) var relays: [Relay] = []
    private(set) var notices: [ReaderNotice] = []
    /// How long the reader wanted to listen to the channel, in order.
    private(set) var listens: [AirDuration] = []
    private(set) var messages: [R2DMessage] = []
    private(set) var isCarrierOn = false
    /// The frame on the air.
    private(set) var transmission: R2DTransmission?

    init(_ change: (inout ReaderConfiguration) -> Void = { _ in }) {
        var configuration = ReaderConfiguration()
        change(&configuration)
        reader = Reader(configuration: configuration)
        linkUp(Self.core)
    }

    /// The PDUs sent over the first link since the last look.
    mutating func takeSent(_ link: LinkID = core) -> [NGAPPDU] {
        defer { sent.removeAll { $0.link == link } }
        return sent.filter { $0.link == link }.map(\.pdu)
    }

    mutating func handle(_ event: ReaderEvent) {
        reader.handle(event, at: now)
        carryOut()
    }

    mutating func reconfigure(_ configuration: ReaderConfiguration) { reader.reconfigure(configuration) }

    mutating func pass(milliseconds: Int64) { pass(nanoseconds: milliseconds * 1_000_000) }

    mutating func pass(nanoseconds: Int64) {
        now += AirDuration(nanoseconds: nanoseconds)
        reader.advance(to: now)
        carryOut()
    }

    /// Time passes and nobody tells the reader.
    mutating func wait(milliseconds: Int64) { now += .milliseconds(milliseconds) }

    mutating func linkUp(_ link: LinkID) {
        handle(.linkUp(link))
        setUp(link)
        sent = []
    }

    /// The AIoTF accepts the reader.
    mutating func setUp(_ link: LinkID) {
        receive(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: "a", servedGUAMIs: [GUAMI(plmn: [0, 0xF1, 0x10], region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: [0, 0xF1, 0x10], slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: Self.aiotfIdentifier, aiotfName: AIOTFName(visible: "a"))), over: link)
    }

    mutating func receive(_ pdu: NGAPPDU, over link: LinkID = core) {
        guard let octets = try? pdu.encoded() else {
            Issue.record("cannot be encoded: \(pdu)")
            return
        }
        handle(.receivedFromAIoTF(link, octets))
    }

    static func session(_ correlation: Int, aiotf: [UInt8] = aiotfIdentifier) -> AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: aiotf, correlationIdentifier: correlation)
    }

    /// An Inventory Request; `profile` leads the paging identity.
    mutating func request(
        _ correlation: Int, group: Bool = false, hasFollowOn: Bool, profile: UInt8 = 0x07,
        expected: Int? = nil, aiotf: [UInt8] = aiotfIdentifier, over link: LinkID = core
    ) {
        let identity = NGAPBitString(octets: [profile, 0x22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        receive(
            .inventoryRequest(
                InventoryRequest(
                    session: Self.session(correlation, aiotf: aiotf),
                    deviceIdentification: group ? .groupDevices(identity) : .singleDevice(identity),
                    assistance: InventoryAssistanceInformation(
                        expectedD2RMsgSize: 30, approximateNoofTargetDevices: expected),
                    followonCommandIndication: hasFollowOn,
                    randN: NGAPBitString(octets: [UInt8](repeating: UInt8(correlation), count: 16)))), over: link)
    }

    mutating func command(
        _ correlation: Int, device: UInt32, pdu: [UInt8] = [3, 1, 2, 3, 4, 5, 6, 7, 8], over link: LinkID = core
    ) {
        receive(
            .commandRequest(
                CommandRequest(
                    session: Self.session(correlation), ranDeviceNGAPID: device, nasPDU: pdu,
                    expectedD2RMsgSize: 20)), over: link)
    }

    /// The frame on the air is over; the first bursts that it opened hold these, the others nothing.
    mutating func end(_ bursts: [[UInt8]] = []) {
        guard let ended = transmission else {
            Issue.record("nothing is on the air")
            return
        }
        transmission = nil
        now += .milliseconds(5)
        var reports = bursts.map { octets in
            OccasionReport.decoded(
                ReceivedBurst(
                    octets: octets, crcRight: true, start: now, duration: .zero,
                    measurement: BurstMeasurement(snrDB: 20, powerDB: -30, clockError: 0, carrierOffsetHz: 0)))
        }
        while reports.count < ended.expected.count { reports.append(.idle) }
        handle(.transmissionEnded(id: ended.id, reports: reports))
    }

    /// A D2R message with this NAS PDU.
    static func data(_ pdu: [UInt8]) -> [UInt8] {
        (try? D2RUpperLayerData(moreData: false, sdu: pdu, transportBlockOctets: 32).encoded()) ?? []
    }

    /// Acknowledgements put on the air so far.
    var acknowledged: Int {
        messages.reduce(0) { if case .acknowledgement(let message) = $1 { $0 + message.asIDs.count } else { $0 } }
    }

    var pagings: Int { messages.count { if case .paging = $0 { true } else { false } } }

    private mutating func carryOut() {
        while let order = reader.nextOutput() {
            switch order {
            case .carrier(let isOn): isCarrierOn = isOn
            case .transmit(let next):
                transmission = next
                messages.append(next.message)
            case .sendToAIoTF(let link, let octets): note(octets, link)
            case .relay(let relay):
                relays.append(relay)
                note(relay.octets, relay.link)
            case .notice(let notice): notices.append(notice)
            case .listen(let duration): listens.append(duration)
            }
        }
    }

    private mutating func note(_ octets: [UInt8], _ link: LinkID) {
        guard let pdu = try? NGAPPDU(decoding: octets) else {
            Issue.record("a PDU of the reader does not decode")
            return
        }
        sent.append((link, pdu))
    }
}
