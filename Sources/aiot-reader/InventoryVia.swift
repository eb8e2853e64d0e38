import AIoTBase
import AIoTF
import AIoTReader
import AIoTSecurity
import ControlSocket
import Foundation
import NGAP
import ReaderControl

/// Plays the AIoTF to a running daemon over its control socket (docs/control.md "link").
struct InventoryVia: ~Copyable {
    private var client: ControlClient
    private let socket: String
    private let devices: ViaDevices
    private let command: FollowOnCommand?
    private let outputs: InventoryOutputs
    private let start = ContinuousClock.now
    private let reader = ReaderID(1)
    /// From the daemon's first NG Setup Request on: its PLMN is the reader's.
    private var aiotf: AIoTF?
    /// The order at hand; they are given one after the other.
    private var order: UInt64
    private var waiting: [InventoryTarget]
    private var isAtHand = false
    /// PDUs that have been dealt with.
    private var count: UInt64 = 0

    /// Connects.
    /// - Throws: exit status, after it has said why.
    init(socket: String, devices: ViaDevices, command: FollowOnCommand?, outputs: InventoryOutputs) throws {
        self.socket = socket
        self.devices = devices
        self.command = command
        self.outputs = outputs
        client = try reportingFailures { try ControlClient(path: socket, service: .reader) }
        order = devices.lastOrder
        waiting = devices.targets
    }

    /// Carries the orders out, one after the other.
    mutating func run() throws {
        let before = DaemonCounters.read(socket)
        try client.send(line: "{\"request\":\"link\"}")
        while aiotf == nil || isAtHand || !waiting.isEmpty {
            switch try client.line(within: milliseconds) {
            case .line(let text): try take(text)
            case .timeOut: break
            case .end:
                Console.report("the daemon has closed the link: see its log")
                throw Ending.unavailable
            }
            let now = now
            aiotf?.advance(to: now)
            try goOn()
        }
        outputs.summarise(
            DaemonCounters.read(socket)?.since(before), devices: devices.expected, seconds: now.seconds)
        if outputs.found == 0, devices.expected > 0 {
            Console.report(
                "none of them has answered: --devices, --seed, --profile and --algorithms must be those of the daemon's "
                    + "simulated devices, or --store and --key-file those that the devices were provisioned with; "
                    + "`aiot-reader status` says how the radio is")
        }
    }

    private var now: AirTime {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return AirTime(nanoseconds: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }

    /// Until the AIoTF has to act; the daemon may take its time to begin.
    private var milliseconds: Int32 {
        guard let deadline = aiotf?.nextDeadline else { return -1 }
        return Int32(clamping: max(0, (deadline - now).nanoseconds / 1_000_000 + 1))
    }

    private mutating func take(_ text: String) throws {
        if let octets = pdu(text) { return try take(octets) }
        let fields = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        guard fields["type"] as? String == "error" else { return }
        Console.report(fields["error"] as? String ?? text)
        throw fields["retry"] as? Bool == true ? Ending.tryAgain : Ending.failures
    }

    private func pdu(_ text: String) -> [UInt8]? {
        if case .pdu(let octets)? = try? LocalLinkLine(text.utf8) { octets } else { nil }
    }

    private mutating func take(_ octets: [UInt8]) throws {
        let now = now
        if aiotf == nil, case .ngSetupRequest(let setup)? = try? NGAPPDU(decoding: octets) {
            var configuration = AIoTFConfiguration()
            configuration.aiotfIdentifier = (0..<8).map { _ in UInt8.random(in: 0...255) }
            configuration.name = "inventory"
            configuration.plmn = setup.globalGNBID.plmn
            aiotf = AIoTF(
                configuration: configuration, registry: devices.registry, restoring: devices.state,
                generator: SystemRandomNumberGenerator())
            aiotf?.handle(.readerConnected(reader), at: now)
        }
        aiotf?.handle(.received(reader, octets), at: now)
        try goOn()
        count += 1
        try client.send(line: LocalLinkLine.confirmed(count).text)
    }

    /// Gives the next order, and does what the AIoTF wants done.
    private mutating func goOn() throws {
        repeat {
            let now = now
            if aiotf != nil, !isAtHand, let target = waiting.first {
                waiting.removeFirst()
                order += 1
                isAtHand = true
                aiotf?.handle(.inventoryOrdered(InventoryOrder(target: target, command: command), id: order), at: now)
            }
            var actions: [AIoTFAction] = []
            while let action = aiotf?.nextAction() { actions.append(action) }
            try devices.keep(actions)
            for action in actions { try carryOut(action) }
        } while !isAtHand && !waiting.isEmpty && aiotf != nil
    }

    private mutating func carryOut(_ action: AIoTFAction) throws {
        switch action {
        case .send(_, let octets): try client.send(line: LocalLinkLine.pdu(octets).text)
        case .close(_, let reason): Console.report("\(reason)")
        case .result(order, let result): outputs.show(result, at: now)
        case .finished(order, let summary):
            outputs.finish(summary)
            isAtHand = false
        case .persist, .result, .finished: break
        }
    }
}
