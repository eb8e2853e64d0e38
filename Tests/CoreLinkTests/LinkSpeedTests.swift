import AIoTLink
import CoreLink
import Foundation
import Synchronization
import Testing

/// What the link adds to a round trip: figures for docs/performance.md, which `scripts/bench-link` takes from release builds.
@Suite(
    .timeLimit(.minutes(1)), .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["AIOT_BENCH"] != nil, "set AIOT_BENCH=1 for figures"))
struct LinkSpeedTests {
    /// As long as a Command Request with a network response, and some more.
    private static let pdu = [UInt8](repeating: 0x54, count: 120)
    private static let rounds = 4_000
    private static let warmUp = 400

    @Test func theLinkAddsLessThanAMillisecondToARoundTrip() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let tls = try await measure(
                "TLS", .tls(host: "127.0.0.1", port: 0), server: files.aiotf, client: files.reader)
            #expect(tls < 1)
            #expect(try await measure("Unix socket", .unix(path: folder + "/s"), server: nil, client: nil) < 1)
        }
    }

    /// What 99 % of round trips, one after the other, stay below, in milliseconds.
    private func measure(
        _ name: String, _ address: LinkAddress, server serverFiles: TLSFiles?, client clientFiles: TLSFiles?
    ) async throws -> Double {
        let server = try ServerEnd(at: address, tls: serverFiles)
        let trips = RoundTrips(count: Self.rounds + Self.warmUp)
        let box = Box<LinkClient>()
        let client = try LinkClient(
            configuration: LinkClientConfiguration(endpoints: [try await server.address()], tls: clientFiles),
            log: LogRecorder.logger(Happenings())
        ) { event in
            guard let client = box.value else { return }
            switch event {
            case .connected: client.send(Setup.request(probes: true))
            case .received:
                client.processed()
                if trips.goOn() { client.send(Self.pdu) }
            default: break
            }
        }
        box.value = client
        let task = Task { try await client.run() }
        let times = try await trips.all().dropFirst(Self.warmUp).sorted()
        task.cancel()
        try await task.value
        try await server.stop()
        let (median, high) = (times[times.count / 2], times[times.count * 99 / 100])
        print("link round trip, \(name): p50 \(Self.text(median)) ms, p99 \(Self.text(high)) ms")
        return high
    }

    private static func text(_ milliseconds: Double) -> String {
        milliseconds.formatted(.number.precision(.fractionLength(3)).locale(Locale(identifier: "en")))
    }
}

/// The times of round trips that follow each other.
private final class RoundTrips: Sendable {
    private let state: Mutex<(last: ContinuousClock.Instant?, times: [Double])>
    private let count: Int
    private let done = Happenings<Bool>()

    init(count: Int) {
        self.count = count
        state = Mutex((nil, []))
    }

    /// One has come back, or the link is up; says whether to send another.
    func goOn() -> Bool {
        let now = ContinuousClock.now
        let isDone = state.withLock { state in
            if let last = state.last { state.times.append((now - last) / .milliseconds(1)) }
            state.last = ContinuousClock.now
            return state.times.count >= count
        }
        if isDone { done.add(true) }
        return !isDone
    }

    func all() async throws -> [Double] {
        _ = try await done.next(within: .seconds(50)) { $0 ? $0 : nil }
        return state.withLock { $0.times }
    }
}
