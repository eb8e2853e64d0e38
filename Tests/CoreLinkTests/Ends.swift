import AIoTLink
import CoreLink
import NGAP

/// A server that accepts NG Setup, answers probes and echoes other PDUs, as far as a test lets it.
struct ServerEnd: Sendable {
    let happenings = Happenings<ServerEvent>()
    let log = Happenings<String>()
    let server: LinkServer
    let addresses: [LinkAddress]
    private let task: Task<Void, any Error>

    /// What the server does with a PDU by itself.
    enum Manner: Sendable {
        case answers
        case onlyAccepts
        /// It processes nothing, so that its credit runs out.
        case leavesEverything
        /// As that, but for the NG Setup.
        case takesOnlySetup
    }

    init(
        at address: LinkAddress, tls: TLSFiles? = nil, limits: ServerLimits = ServerLimits(), manner: Manner = .answers
    ) throws {
        addresses = [address]
        let happenings = happenings
        let box = Box<LinkServer>()
        server = try LinkServer(addresses: [address], tls: tls, limits: limits, log: LogRecorder.logger(log)) { event in
            happenings.add(event)
            guard case .received(let id, let pdu) = event, let server = box.value else { return }
            Self.answer(pdu, of: id, from: server, manner)
        }
        box.value = server
        let server = server
        task = Task { try await server.run() }
    }

    private static func answer(_ pdu: [UInt8], of id: ConnectionID, from server: LinkServer, _ manner: Manner) {
        if manner == .leavesEverything { return }
        if manner == .takesOnlySetup, pdu.dropFirst().first != 21 { return }
        if !pdu.isEmpty, case .ngSetupRequest(let request) = try? NGAPPDU(decoding: pdu) {
            server.send(Setup.response(probes: request.supportsProbes), to: id)
        } else if manner == .answers {
            server.send(pdu, to: id)
        }
        server.processed(id)
    }

    /// The address that it listens at, once it does.
    func address() async throws -> LinkAddress {
        let text = try await happenings.next { if case .listening(let text) = $0 { text } else { nil } }
        return try LinkAddress(parsing: text)
    }

    func connected() async throws -> (id: ConnectionID, peer: String) {
        try await happenings.next { if case .connected(let id, let peer) = $0 { (id, peer) } else { nil } }
    }

    func disconnected(_ id: ConnectionID? = nil, within limit: Duration = .seconds(30)) async throws -> String {
        try await happenings.next(within: limit) {
            if case .disconnected(let gone, let reason) = $0, id == nil || gone == id { reason } else { nil }
        }
    }

    /// Waits for the server to end by itself.
    func ended() async throws { try await task.value }

    func stop() async throws {
        task.cancel()
        try await task.value
    }
}

/// A client that sends the NG Setup Request by itself.
struct ClientEnd: Sendable {
    let happenings = Happenings<LinkEvent>()
    let log = Happenings<String>()
    let client: LinkClient
    private let task: Task<Void, any Error>

    init(_ configuration: LinkClientConfiguration, probes: Bool = true, processes: Bool = true) throws {
        let happenings = happenings
        let box = Box<LinkClient>()
        client = try LinkClient(configuration: configuration, log: LogRecorder.logger(log)) { event in
            if case .connected = event { box.value?.send(Setup.request(probes: probes)) }
            if case .received = event, processes { box.value?.processed() }
            happenings.add(event)
        }
        box.value = client
        let client = client
        task = Task { try await client.run() }
    }

    func up(within limit: Duration = .seconds(30)) async throws {
        try await happenings.next(within: limit) { if case .up = $0 { () } else { nil } }
    }

    func down(within limit: Duration = .seconds(30)) async throws -> String {
        try await happenings.next(within: limit) { if case .down(let reason) = $0 { reason } else { nil } }
    }

    func received(_ pdu: [UInt8]) async throws {
        try await happenings.next { if case .received(pdu) = $0 { () } else { nil } }
    }

    func stop() async throws {
        task.cancel()
        try await task.value
    }
}

/// NG Setup as the tests do it.
enum Setup {
    static let plmn: [UInt8] = [0x00, 0xF1, 0x10]

    static func request(probes: Bool) -> [UInt8] {
        encoded(
            .ngSetupRequest(
                NGSetupRequest(
                    globalGNBID: GlobalGNBID(plmn: plmn, gnbID: 1, bitLength: 22), ranNodeName: "reader",
                    supportedTAs: [
                        SupportedTA(tac: [0, 0, 1], plmns: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])])
                    ], supportsProbes: probes)))
    }

    static func response(probes: Bool) -> [UInt8] {
        encoded(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: "aiotf", servedGUAMIs: [GUAMI(plmn: plmn, region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])], aiotfIdentifier: [1, 2],
                    supportsProbes: probes)))
    }

    private static func encoded(_ pdu: NGAPPDU) -> [UInt8] { (try? pdu.encoded()) ?? [] }
}
