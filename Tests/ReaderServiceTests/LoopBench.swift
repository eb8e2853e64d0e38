import AIoTBase
import AIoTLink
import AIoTMac
import AIoTPhy
import AIoTReader
import Logging
import NGAP
import RadioFrontEnd
import ServiceManager
import Settings
import Spool
import Synchronization
import Testing

@testable import ReaderService

/// The reader's loop with a real spool; link, radio and clock are the test's.
struct LoopBench {
    static let link = LinkID(0)
    static let aiotf: [UInt8] = [0xA1]

    /// A value that the test and a closure share.
    final class Shared<Value: Sendable>: Sendable {
        private let mutex: Mutex<Value>

        init(_ value: Value) { mutex = Mutex(value) }

        var value: Value {
            get { mutex.withLock { $0 } }
            set { mutex.withLock { $0 = newValue } }
        }
    }

    var loop: ReaderLoop
    let deeds = Deeds()
    let link: LinkDouble
    let spool: Spool
    let epochFile: EpochFile
    /// What the epoch file held when something was sent last; nil: nothing that can be read.
    let epochWhenSent: Shared<UInt16?>
    private let folder: TemporaryFolder
    private let clock = Shared(AirTime.zero)
    /// What the service manager was told.
    let notices = Shared<[ServiceNotice]>([])
    private var answers: AsyncStream<LoopInput>.Iterator

    init(
        spoolLimitOctets: Int = 1 << 20, epoch: UInt16 = 7, epochPath: String? = nil,
        readiness: Readiness = Readiness(), isRadioReady: Bool = true, isLocal: Bool = false,
        change: (inout ReaderConfiguration) -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        (spool, _) = try Spool.open(folder: folder.path + "/spool", limitOctets: spoolLimitOctets)
        let epochFile = EpochFile(path: epochPath ?? folder.path + "/epoch")
        self.epochFile = epochFile
        let epochWhenSent = Shared<UInt16?>(nil)
        self.epochWhenSent = epochWhenSent
        link = LinkDouble(deeds: deeds) { epochWhenSent.value = try? epochFile.read() }
        var configuration = ReaderConfiguration()
        configuration.identity.epoch = epoch
        change(&configuration)
        let (inputs, inbox) = AsyncStream.makeStream(of: LoopInput.self)
        answers = inputs.makeAsyncIterator()
        let (clock, notices) = (clock, notices)
        loop = ReaderLoop(
            configuration: configuration,
            shells: .init(
                frontEnd: RadioDouble(deeds: deeds), links: [link], linkNames: ["core"],
                localLink: isLocal ? Self.link : nil, spool: spool,
                epochFile: epochFile, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { clock.value }, put: { inbox.yield($0) }, manager: { notices.value.append($0) }),
            stopTimeout: .milliseconds(3_000), readiness: readiness)
        if isRadioReady { try handle(.radio(.stateChanged(.ready, why: "test"))) }
    }

    /// The smallest one.
    static func configuration() throws -> DaemonConfiguration {
        let text = "links: [{name: core, endpoints: [\"unix:/run/a.sock\"]}]"
        return DaemonConfiguration(try SettingsFile(text, name: "reader.yaml").root)
    }

    var now: AirTime { clock.value }

    @discardableResult
    mutating func handle(_ input: LoopInput) throws -> AirTime? { try loop.handle(input) }

    mutating func pass(milliseconds: Int64) throws {
        clock.value += .milliseconds(milliseconds)
        try handle(.tick)
    }

    /// Waits for the next answer of the spool and gives it to the loop.
    mutating func hearFromSpool() async throws {
        let input = try #require(await answers.next())
        try handle(input)
    }

    mutating func connect() throws {
        link.state.withLock { $0.isConnected = true }
        try handle(.link(Self.link, .connected(endpoint: 0)))
    }

    mutating func linkUp(probes: Bool = true) throws {
        try connect()
        try handle(.link(Self.link, .up(aiotfIdentifier: Self.aiotf, probes: probes)))
        try receive(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: "a", servedGUAMIs: [GUAMI(plmn: [0, 0xF1, 0x10], region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: [0, 0xF1, 0x10], slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: Self.aiotf, aiotfName: AIOTFName(visible: "a"))))
    }

    mutating func linkDown() throws {
        link.state.withLock { $0.isConnected = false }
        try handle(.link(Self.link, .down(reason: "test")))
    }

    mutating func receive(_ pdu: NGAPPDU) throws {
        try handle(.link(Self.link, .received(try pdu.encoded())))
    }

    /// A single device without network authentication is asked for; its access response is its last message.
    mutating func request(_ correlation: Int) throws {
        try receive(
            .inventoryRequest(
                InventoryRequest(
                    session: AIoTSessionName(aiotfIdentifier: Self.aiotf, correlationIdentifier: correlation),
                    deviceIdentification: .singleDevice(
                        NGAPBitString(octets: [0x02, 0x22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])),
                    assistance: InventoryAssistanceInformation(expectedD2RMsgSize: 30),
                    followonCommandIndication: false,
                    randN: NGAPBitString(octets: [UInt8](repeating: UInt8(correlation), count: 16)))))
    }

    /// The device's access response, in the only burst of the frame `id`, which is over after `milliseconds`.
    mutating func answer(_ id: UInt64, after milliseconds: Int64 = 0) throws {
        let pdu = try D2RUpperLayerData(moreData: false, sdu: [2, 0, 7], transportBlockOctets: 32).encoded()
        let burst = ReceivedBurst(
            octets: pdu, crcRight: true, start: now, duration: .zero,
            measurement: BurstMeasurement(snrDB: 20, powerDB: -30, clockError: 0, carrierOffsetHz: 0))
        let end = now + .milliseconds(milliseconds)
        try handle(
            .radio(.transmissionEnded(id: id, RadioOutcome(end: end, reports: [.decoded(burst)], frames: []))))
    }

    /// The NGAP messages sent since the last look, by name, and the frames put on the air.
    func deedNames() throws -> [String] {
        try deeds.take().map { deed in
            switch deed {
            case .sent(let octets):
                if octets.count == 1 { return "record \(octets[0])" }
                return Self.name(of: try NGAPPDU(decoding: octets))
            case .transmitted(_, let message): return message
            case .carrier(let isOn): return "carrier \(isOn ? "on" : "off")"
            case .limits: return "limits"
            }
        }
    }

    private static func name(of pdu: NGAPPDU) -> String {
        switch pdu {
        case .ngSetupRequest: "NGSetupRequest"
        case .inventoryResponse: "InventoryResponse"
        case .inventoryReport(let report): report.inventoryComplete ? "InventoryComplete" : "InventoryReport"
        default: "other"
        }
    }
}
