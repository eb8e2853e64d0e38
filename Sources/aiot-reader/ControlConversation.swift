import AIoTFService
import ArgumentParser
import ControlSocket
import Foundation

/// One request to an AIoTF over its control socket, and what it says.
struct ControlConversation: ~Copyable {
    private var client: ControlClient
    private var printer: ControlPrinter
    private let end: ContinuousClock.Instant?

    init(path: String, format: OutputFormat, timeout: Double?) throws {
        client = try reportingFailures { try ControlClient(path: path) }
        printer = ControlPrinter(format: format)
        end = timeout.map { ContinuousClock.now + .seconds($0) }
    }

    /// Sends the request and prints every answer; ends the program with the exit status of what was said.
    mutating func hold(_ request: ControlRequest) throws {
        do {
            try client.send(request)
            while true {
                switch try client.line(within: milliseconds) {
                case .line(let text): printer.show(text)
                case .timeOut:
                    Console.report("not done in time; it goes on: see `aiot-reader aiotf results`")
                    throw Ending.tryAgain
                case .end:
                    guard printer.isComplete else { throw client.failure(.ended) }
                    if let status = printer.status { throw status }
                    return
                }
            }
        } catch {
            throw reportedStatus(of: error)
        }
    }

    private var milliseconds: Int32 {
        guard let end else { return -1 }
        let left = (end - ContinuousClock.now) / .milliseconds(1)
        return Int32(clamping: Int(max(0, left.rounded(.up))))
    }
}

/// Prints lines of the control socket as they are, or for people.
struct ControlPrinter {
    let format: OutputFormat
    /// What the program ends with; nil for success.
    private(set) var status: ExitCode?
    /// Something was said that nothing follows.
    private(set) var isComplete = false

    init(format: OutputFormat) { self.format = format }

    mutating func show(_ line: String) {
        let fields = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
        if format == .json { Console.print(line) }
        let order = fields["order"] as? Int ?? 0
        switch fields["type"] as? String {
        case "order":
            isComplete = true
            sayAside("order \(order): its results stay under this number")
        case "device": showDevice(fields)
        case "reader": showReader(fields)
        case "summary":
            isComplete = true
            summarise(fields)
        case "cancelled": isComplete = true
        case "unfinished":
            say("order \(order) goes on: \(fields["devices"] ?? 0) found so far")
        case "error":
            isComplete = true
            status = fields["retry"] as? Bool == true ? Ending.tryAgain : Ending.failures
            Console.report(fields["error"] as? String ?? line)
        default: break
        }
    }

    private func showDevice(_ fields: [String: Any]) {
        let id = (fields["deviceID"] as? String ?? "").padded(to: 24)
        let status = fields["commandStatus"] as? String ?? ""
        let data = fields["commandData"] as? String ?? ""
        say("\(id)  \(fields["authenticated"] as? Bool == true ? "yes" : "no ")  \(status) \(data)")
    }

    private func showReader(_ fields: [String: Any]) {
        let gnb = (fields["gnbID"] as? Int).map { "\($0)" } ?? "-"
        let areas = (fields["areas"] as? [String] ?? []).joined(separator: ",")
        say("gNB \(gnb)  \(fields["name"] as? String ?? "-")  areas \(areas)  \(fields["peer"] as? String ?? "")")
    }

    private mutating func summarise(_ fields: [String: Any]) {
        if let readers = fields["readers"] as? Int {
            say("readers connected: \(readers)")
            for (reason, count) in (fields["rejected"] as? [String: Int] ?? [:]).sorted(by: { $0.key < $1.key }) {
                say("not taken, \(reason): \(count)")
            }
            return
        }
        let missing = fields["missing"] as? Int ?? 0
        let failures = fields["failures"] as? [[String: Any]] ?? []
        if missing > 0 || !failures.isEmpty { status = Ending.failures }
        say("\(fields["devices"] ?? 0) found, \(missing) missing, \(fields["requests"] ?? 0) Inventory Requests")
        for id in (fields["missingIDs"] as? [String] ?? []).prefix(20) { say("missing: \(id)") }
        for reader in failures {
            let name = reader["name"] as? String ?? "-"
            let cause = reader["cause"] as? String ?? ""
            say("gNB \(reader["gnbID"] as? Int ?? 0)  \(name)  has not done its part: \(cause)")
        }
    }

    private func say(_ text: String) { if format == .text { Console.print(text) } }

    private func sayAside(_ text: String) { if format == .text { Console.report(text) } }
}
