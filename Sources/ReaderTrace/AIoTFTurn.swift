import Foundation

/// A line of an AIoTF's trace: what it did with one PDU; nanoseconds on its CLOCK_MONOTONIC.
package struct AIoTFTurn: Hashable, Sendable {
    package var exchange: UInt32
    package var correlation: Int
    package var arrived: Int64
    package var taken: Int64
    package var decided: Int64
    /// When the Command Request that answers it was handed to the link, after what was decided was durable.
    package var sent: Int64?

    package init(exchange: UInt32, correlation: Int, arrived: Int64, taken: Int64, decided: Int64, sent: Int64?) {
        self.exchange = exchange
        self.correlation = correlation
        self.arrived = arrived
        self.taken = taken
        self.decided = decided
        self.sent = sent
    }

    /// Nil where a line holds none.
    package init?(line: some StringProtocol) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let exchange = (object["exchange"] as? Int).flatMap(UInt32.init(exactly:)),
            let correlation = object["correlation"] as? Int, let arrived = object["arrivedNS"] as? Int64,
            let taken = object["takenNS"] as? Int64, let decided = object["decidedNS"] as? Int64,
            [arrived, taken, decided].allSatisfy({ $0 >= 0 })
        else { return nil }
        self.init(
            exchange: exchange, correlation: correlation, arrived: arrived, taken: taken, decided: decided,
            sent: (object["sentNS"] as? Int64).flatMap { $0 >= 0 ? $0 : nil })
    }
}
