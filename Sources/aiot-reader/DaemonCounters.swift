import AIoTReader
import ControlSocket
import Foundation
import ReaderControl

/// What a running daemon has counted on the air, for whomever.
struct DaemonCounters {
    private let numbers: [String: Int]

    /// Asks for it; nil where the daemon does not say.
    static func read(_ socket: String) -> DaemonCounters? {
        guard var client = try? ControlClient(path: socket, service: .reader),
            (try? client.send(line: "{\"request\":\"status\"}")) != nil,
            case .line(let text)? = try? client.line(within: 5_000),
            let status = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any],
            let counters = status["counters"] as? [String: Any]
        else { return nil }
        return DaemonCounters(numbers: counters.compactMapValues { $0 as? Int })
    }

    /// What was counted since `before`.
    func since(_ before: DaemonCounters?) -> ReaderCounters? {
        guard let before else { return nil }
        let growth = { (name: String) in (numbers[name] ?? 0) - (before.numbers[name] ?? 0) }
        var counters = ReaderCounters()
        counters.rounds = growth("rounds")
        counters.idle = growth("idle")
        counters.single = growth("single")
        counters.collided = growth("collided")
        counters.acknowledged = growth("acknowledged")
        counters.nacked = growth("nacked")
        return counters
    }
}
