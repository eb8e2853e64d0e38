import AIoTReader
import CoreLink
import Logging
import ServiceManager
import Settings
import Testing

@testable import ReaderService

@Suite struct ReloaderTests {
    private struct Wrong: Error, CustomStringConvertible {
        var description: String { "reader.yaml:3:5: write 0 to 15" }
    }

    /// A link whose files are good or not.
    private final class Renewed: AIoTFLink {
        let isGood: Bool
        let files = LoopBench.Shared<TLSFiles?>(nil)

        init(isGood: Bool = true) { self.isGood = isGood }

        func renewal(of files: TLSFiles?) throws -> @Sendable () -> Void {
            guard isGood else { throw Wrong() }
            return { self.files.value = files }
        }
        func send(_ pdu: [UInt8]) -> UInt64? { nil }
        func processed() {}
        func setBusy(_ isBusy: Bool) {}
        func run() async throws {}
    }

    private struct Outcome {
        var outcome: ReloadOutcome
        var inputs: [LoopInput]
        var renewed: [TLSFiles?]
        var isPrepared: Bool
    }

    private static func settings(_ values: [String: String]) -> EffectiveSettings {
        EffectiveSettings(
            entries: values.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: $0.value, isDefault: false) })
    }

    /// Reloads once.
    private func reload(
        from old: [String: String] = ["air.q": "4"], to new: [String: String]?, links: [Renewed] = [Renewed()],
        preparationFails: Bool = false, key: String = "key.pem", isStopping: Bool = false
    ) async -> Outcome {
        let (inputs, continuation) = AsyncStream.makeStream(of: LoopArrival.self)
        let inbox = LoopInbox(continuation)
        let isPrepared = LoopBench.Shared(false)
        let plan = ReloadPlan(
            effective: Self.settings(old),
            load: {
                guard let new else { throw Wrong() }
                var configuration = DaemonConfiguration()
                configuration.stopTimeout = .milliseconds(77)
                let tls = TLSFiles(certificate: "certificate.pem", key: key, authorities: "authorities.pem")
                configuration.links = links.map { _ in .init(name: "core", endpoints: [], tls: tls) }
                return (configuration, Self.settings(new))
            },
            prepare: { _ in
                guard !preparationFails else { throw Wrong() }
                return { isPrepared.value = true }
            })
        let reloader = Reloader(
            plan: plan, links: links, credentials: ServiceCredentials(folder: nil), inbox: inbox,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        if isStopping { inbox.stop() }
        let outcome = await reloader.reload()
        continuation.finish()
        var arrived: [LoopInput] = []
        for await arrival in inputs { arrived.append(arrival.input) }
        return Outcome(
            outcome: outcome, inputs: arrived, renewed: links.map(\.files.value), isPrepared: isPrepared.value)
    }

    @Test func whatIsGoodIsAppliedAsAWhole() async {
        let done = await reload(to: ["air.q": "5"])
        #expect(done.outcome == .applied(changed: ["air.q"]))
        #expect(done.renewed.first??.key == "key.pem")
        #expect(done.isPrepared)
        guard done.inputs.count == 2, case .reloading = done.inputs[0], case .reconfigure(let live) = done.inputs[1]
        else {
            Issue.record("\(done.inputs)")
            return
        }
        #expect(live.stopTimeout == .milliseconds(77))
    }

    @Test(arguments: [
        "reader.name", "links[0].endpoints", "links[0].name", "front-end.type", "region", "spool.limit-octets",
    ])
    func aKeyThatCannotChangeLiveIsNamedAndNothingIsApplied(key: String) async {
        let done = await reload(from: [key: "1", "air.q": "1"], to: [key: "2", "air.q": "2"])
        expectUnchanged(done, because: key)
        if case .refused(let reason) = done.outcome { #expect(!reason.contains("air.q"), "\(reason)") }
    }

    @Test func eachOfManyKeysIsNamed() async {
        let done = await reload(from: ["region": "1", "trace.file": "1"], to: ["region": "2", "trace.file": "2"])
        expectUnchanged(done, because: "region, trace.file")
    }

    @Test func aFileThatIsWrongChangesNothing() async {
        expectUnchanged(await reload(to: nil), because: "reader.yaml:3:5: write 0 to 15")
    }

    @Test func certificatesOfOneLinkThatCannotBeUsedChangeNoLink() async {
        let done = await reload(to: ["air.q": "5"], links: [Renewed(), Renewed(isGood: false)])
        expectUnchanged(done, because: "reader.yaml:3:5")
    }

    @Test func whatTheProgramRefusesChangesNothing() async {
        expectUnchanged(await reload(to: ["air.q": "5"], preparationFails: true), because: "reader.yaml:3:5")
    }

    @Test func aCredentialThatIsNotThereChangesNothing() async {
        expectUnchanged(await reload(to: ["air.q": "5"], key: "credential:key"), because: "credential:key")
    }

    @Test func aServiceThatStopsIsNotReloaded() async {
        let done = await reload(to: ["air.q": "5"], isStopping: true)
        #expect(done.outcome == .refused(reason: "the service is stopping"))
        #expect(!done.isPrepared)
    }

    @Test(arguments: [
        "air.q", "limits.duty-cycle", "log.level", "health[0].above", "ready.links", "stop-timeout-ms", "tls.key",
        "links[3].tls.peer-names",
    ])
    func whatARunningReaderCanTakeIsLive(key: String) {
        #expect(LiveSettings.isLive(key))
    }

    private func expectUnchanged(_ done: Outcome, because reason: String) {
        guard case .refused(let said) = done.outcome, done.inputs.count == 2, case .reloading = done.inputs[0],
            case .reloadRefused(let told) = done.inputs[1]
        else {
            Issue.record("\(done)")
            return
        }
        #expect(said.contains(reason), "\(said)")
        #expect(told == said)
        #expect(done.renewed.allSatisfy { $0 == nil })
        #expect(!done.isPrepared)
    }
}
