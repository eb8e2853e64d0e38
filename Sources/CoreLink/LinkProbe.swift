import AIoTLink
import Logging

/// Tries whether an AIoTF can be reached, for somebody who wants to know before the daemon starts.
package enum LinkProbe {
    /// How long the other side has for refusing our certificate: in TLS 1.3 it judges after the client is done (*ours*).
    private static let refusalMilliseconds = 500

    /// Connects, TLS handshake included, and hangs up without a word of NGAP; 3.5 s at most.
    /// - Returns: why no connection stands, with what to do about it; nil where one does.
    package static func problem(of endpoint: LinkAddress, tls: TLSFiles?) async -> String? {
        let (events, told) = AsyncStream<String?>.makeStream()
        let log = Logger(label: "unheard") { _ in SwiftLogNoOpLogHandler() }
        let client: LinkClient
        do {
            client = try LinkClient(configuration: LinkClientConfiguration(endpoints: [endpoint], tls: tls), log: log) {
                switch $0 {
                case .down(let reason): told.yield(reason)
                case .connected:
                    // Unless it is down before.
                    Task {
                        try? await Task.sleep(for: .milliseconds(refusalMilliseconds))
                        told.yield(nil)
                    }
                default: break
                }
            }
        } catch {
            return "\(endpoint): \(error)"
        }
        let running = Task { try await client.run() }
        var first: String?
        for await problem in events {
            first = problem
            break
        }
        running.cancel()
        _ = try? await running.value
        return first
    }
}
