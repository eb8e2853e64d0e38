import NGAP
import TraceFile

/// Follows the PDUs of exchanges through a turn of the loop; those of a turn whose commit failed through the next one.
struct TurnTrace: Sendable {
    let trace: AIoTFTrace
    private var current: HandledPDU?
    private var handled: [HandledPDU] = []

    init(trace: AIoTFTrace) { self.trace = trace }

    /// The core is to get an input.
    mutating func begins(_ input: ServerInput, arrived: Int64?) {
        current = nil
        guard case .received(_, let octets) = input, !octets.isEmpty, let pdu = try? NGAPPDU(decoding: octets),
            let (session, exchange) = pdu.exchange
        else { return }
        let now = TraceClock.monotonic
        current = HandledPDU(
            message: pdu.name, correlation: session.correlationIdentifier, exchange: exchange, arrived: arrived ?? now,
            taken: now, wall: TraceClock.wall)
    }

    /// The core has decided.
    /// - Parameters:
    ///   - pdus: those among what it wants done, which begins at the place `first`.
    mutating func decided(_ pdus: [[UInt8]?], from first: Int) {
        guard var current else { return }
        current.decided = TraceClock.monotonic
        current.answerPlace = pdus.firstIndex { Self.isCommandRequest($0, for: current.exchange) }.map { first + $0 }
        handled.append(current)
        self.current = nil
    }

    private static func isCommandRequest(_ pdu: [UInt8]?, for exchange: UInt32) -> Bool {
        guard let pdu, case .commandRequest(let request)? = try? NGAPPDU(decoding: pdu) else { return false }
        return request.ranDeviceNGAPID == exchange
    }

    /// What was decided is durable.
    mutating func committed() {
        let now = TraceClock.monotonic
        for place in handled.indices { handled[place].committed = now }
    }

    /// What stands at `place` is handed to its link now.
    mutating func leaves(_ place: Int) {
        guard let index = handled.firstIndex(where: { $0.answerPlace == place }) else { return }
        handled[index].sent = TraceClock.monotonic
    }

    /// Everything has left.
    mutating func finish() {
        trace.add(handled)
        handled.removeAll(keepingCapacity: true)
    }
}

extension NGAPPDU {
    /// The one exchange that a message of a reader is about.
    fileprivate var exchange: (AIoTSessionName, UInt32)? {
        switch self {
        case .inventoryReport(let report):
            report.readers.first?.devices.first?.ranDeviceNGAPID.map { (report.session, $0) }
        case .commandResponse(let response): (response.session, response.ranDeviceNGAPID)
        case .commandFailure(let failure): (failure.session, failure.ranDeviceNGAPID)
        default: nil
        }
    }
}
