import AIoTBase
import AIoTMac
import AIoTReader
import Logging
import RadioFrontEnd

/// Lines that belong to an inventory have its transaction ID as `inventory`, those that belong to an exchange its
/// RAN-AIOT-Device-NGAP-ID as `exchange`. Frames and PDUs are in `octets`, which the log keeps to itself unless asked.
extension ReaderLoop {
    func log(_ notice: ReaderNotice) {
        let log = shells.log
        switch notice {
        case .roundStarted(let id, let round, let q, let acknowledged):
            log.debug("round \(round), q \(q), \(acknowledged) acknowledged", metadata: Self.fields(id))
        case .deviceAcknowledged(let id, let count):
            log.debug("\(count) devices acknowledged", metadata: Self.fields(id))
        case .inventoryComplete(let id, let acknowledged, let rounds):
            log.info(
                "inventory complete: \(acknowledged) acknowledged in \(rounds) rounds", metadata: Self.fields(id))
        case .inventoryEnded(let id, let acknowledged, let reason):
            log.notice("inventory ended (\(reason.rawValue)): \(acknowledged) acknowledged", metadata: Self.fields(id))
        case .exchange(let id, let device, let step):
            log.debug("exchange \(step.words)", metadata: Self.fields(id, [device]))
        case .dropped(let reason):
            log.debug("dropped: \(reason.rawValue)")
        case .airClosed(let pause):
            log.notice("the carrier stays off: \(pause)")
        case .airOpen(let waited):
            log.debug("the wait for the carrier is over after \(waited.nanoseconds / 1_000_000) ms")
        }
    }

    func log(_ transmission: R2DTransmission) {
        shells.log.trace(
            "R2D frame \(transmission.id): \(transmission.message.name)",
            metadata: Self.fields(transmission.message.transactionID, transmission.exchanges, transmission.octets))
    }

    func log(_ outcome: RadioOutcome, of id: UInt64) {
        for frame in outcome.frames where !frame.isR2D {
            shells.log.trace("D2R after frame \(id)", metadata: ["octets": "\(Hex.encoded(frame.octets))"])
        }
    }

    /// A PDU.
    func log(_ octets: [UInt8], _ way: String, _ link: LinkID) {
        shells.log.trace(
            "\(octets.count) octets \(way)",
            metadata: ["link": "\(shells.linkNames[link.value])", "octets": "\(Hex.encoded(octets))"])
    }

    private static func fields(
        _ inventory: TransactionID, _ exchanges: [UInt32] = [], _ octets: [UInt8]? = nil
    ) -> Logger.Metadata {
        var fields: Logger.Metadata = ["inventory": "\(inventory.value)"]
        if !exchanges.isEmpty { fields["exchange"] = "\(exchanges.map(String.init).joined(separator: ","))" }
        if let octets { fields["octets"] = "\(Hex.encoded(octets))" }
        return fields
    }
}

extension ExchangeStep {
    /// For the log: without the AS ID.
    fileprivate var words: String {
        switch self {
        case .opened: "opened"
        case .reported(let isLast): isLast ? "reported to the AIoTF for the last time" : "reported to the AIoTF"
        case .commanded: "commanded"
        case .relayed: "relayed"
        case .acknowledged: "acknowledged"
        case .closed(let reason): "closed: \(reason)"
        }
    }
}
