import AIoTBase
import AIoTLink
import AIoTMac
import AIoTReader
import AIoTRelay
import RadioFrontEnd
import Synchronization
import Telemetry
import Testing

@testable import ReaderMetrics
@testable import ReaderService
@testable import Spool

@Suite struct ReaderMetricsTests {
    private let registry = MetricsRegistry()
    private let metrics: ReaderMetrics
    private let link = LinkID(0)

    init() {
        metrics = ReaderMetrics(registry: registry, linkNames: ["core"], build: [("version", "1")])
    }

    private func at(_ milliseconds: Int64) -> AirTime { AirTime.zero + .milliseconds(milliseconds) }

    private func value(_ name: String, _ label: String? = nil, _ value: String? = nil) -> Double? {
        registry.value(of: "aiot_reader_" + name, label: label, is: value)
    }

    private func facts(
        _ counters: ReaderCounters = ReaderCounters(), radio: RadioCounters = RadioCounters(),
        state: RadioState = .ready, turnedAway: UInt64 = 0
    ) -> LoopFacts {
        LoopFacts(
            counters: counters, radio: radio, radioState: state, radioWhy: "why", isCarrierOn: false, links: [],
            spool: SpoolStatus(
                records: 2, octets: 300, limitOctets: 1_000, fileOctets: 400, turnedAway: turnedAway, lastError: nil),
            openInventories: 1, isDraining: false)
    }

    @Test func everyCounterThatARuleMayNameIsThereFromTheStartWithAllItsLabels() {
        for entry in CounterNames.all {
            #expect(registry.value(of: entry.name) == 0, "\(entry.name)")
            for label in entry.values {
                let text = "\(entry.name){\(entry.label ?? "")=\"\(label)\"}"
                #expect(PrometheusText.write(registry).contains(text.dropLast() + ""), "\(text)")
            }
        }
        for name in EndReason.allNames + ["complete"] { #expect(CounterNames.inventoryEnds.contains(name), "\(name)") }
        #expect(CounterNames.dropReasons == DropReason.allCases.map(\.rawValue))
    }

    @Test func whatIsMeasuredIsDescribed() {
        #expect(!PrometheusText.write(registry).contains("Not described."))
    }

    @Test func sumsOfTheLoopAreCountedOnce() {
        var counters = ReaderCounters()
        counters.collided = 3
        counters.rounds = 1
        var radio = RadioCounters()
        radio.receiveGaps = 2
        radio.lostSamples = 100
        metrics.see(.pulse(facts(counters, radio: radio, turnedAway: 4)), at: at(1_000))
        metrics.see(.pulse(facts(counters, radio: radio, turnedAway: 4)), at: at(2_000))
        counters.collided = 5
        metrics.see(.pulse(facts(counters, radio: radio, turnedAway: 4)), at: at(3_000))
        #expect(value("occasions_total", "outcome", "collided") == 5)
        #expect(value("radio_losses_total", "kind", "receive_gap") == 2)
        #expect(value("radio_lost_samples_total") == 100)
        #expect(value("spool_turned_away_total") == 4)
        #expect(value("spool_bytes") == 300)
    }

    @Test func oneStateOfTheFrontEndIsOne() {
        metrics.see(.radio(.stalled, why: "no samples"), at: at(1))
        #expect(value("front_end_state", "state", "stalled") == 1)
        #expect(value("front_end_state") == 1)
        #expect(!metrics.health.isWell)
        metrics.see(.pulse(facts()), at: at(2))
        #expect(metrics.health == .init(isWell: true, text: "well"))
        metrics.see(.pulse(facts(state: .absent)), at: at(3))
        #expect(metrics.health == .init(isWell: false, text: "front end absent: why"))
    }

    @Test func theNewestConfirmedPDUTellsTheRoundTrip() {
        metrics.see(.sent(link, [1], frame: 1), at: at(0))
        metrics.see(.sent(link, [2], frame: 2), at: at(100))
        metrics.see(.sent(link, [3], frame: nil), at: at(110))
        metrics.see(.link(link, .confirmed(upTo: 2), told: at(130)), at: at(130))
        metrics.see(.link(link, .confirmed(upTo: 2), told: at(900)), at: at(900))
        #expect(value("link_round_trip_seconds") == 0.03)
    }

    @Test func aLinkThatFailsIsCountedAndOneThatIsStoppedIsNot() {
        metrics.see(.link(link, .up(aiotfIdentifier: [1], probes: true), told: at(0)), at: at(0))
        #expect(value("link_up", "link", "core") == 1)
        metrics.see(.link(link, .down(reason: "gone"), told: at(1)), at: at(1))
        metrics.see(.link(link, .down(reason: LinkMachine.stopReason), told: at(2)), at: at(2))
        #expect(value("link_up", "link", "core") == 0)
        #expect(value("link_failures_total", "link", "core") == 1)
        metrics.see(.link(LinkID(7), .down(reason: "no such link"), told: at(3)), at: at(3))
    }

    @Test func anAnswerOfTheAIoTFIsMeasuredFromReportToCommand() {
        let id = TransactionID(1)
        metrics.see(.notice(.exchange(id, device: 9, .reported(isLast: false))), at: at(10))
        metrics.see(.notice(.exchange(id, device: 9, .commanded)), at: at(30))
        metrics.see(.notice(.exchange(id, device: 9, .commanded)), at: at(300))
        metrics.see(.notice(.exchange(id, device: 9, .closed(.budgetExceeded))), at: at(400))
        #expect(value("answer_seconds") == 0.02)
        #expect(value("exchanges_closed_total", "reason", "budgetExceeded") == 1)
    }

    @Test func aFindingGoesToWhomItIsToldAndShows() {
        let told = Mutex<[HealthFinding]>([])
        let rule = HealthRule(
            name: "crowd", counter: "aiot_reader_occasions_total{outcome=\"collided\"}", above: 2, windowSeconds: 10,
            deed: .degrade)
        metrics.setHealthRules([rule]) { finding in told.withLock { $0.append(finding) } }
        #expect(value("health_rule_firing", "rule", "crowd") == 0)
        var counters = ReaderCounters()
        metrics.see(.pulse(facts(counters)), at: at(1_000))
        counters.collided = 3
        metrics.see(.pulse(facts(counters)), at: at(2_000))
        let finding = told.withLock { $0.first }
        #expect(finding?.isOver == false && finding?.name == "crowd")
        if let finding { metrics.see(.health(finding), at: at(2_000)) }
        #expect(value("health_rule_firing", "rule", "crowd") == 1)
        #expect(!metrics.health.isWell)
        metrics.setHealthRules([rule])
        #expect(value("health_rule_firing", "rule", "crowd") == 1, "a reload does not end what still is")
        metrics.setHealthRules([])
        #expect(told.withLock { $0.last }?.isOver == true)
    }

    /// Under 2 % of a core for all observers: at 5,000 events a second this leaves 4 µs for each.
    @Test func anEventCostsLittle() {
        let start = ContinuousClock.now
        for number in 0..<20_000 as Range<Int64> {
            metrics.see(.turned(waited: .microseconds(number), handled: .microseconds(5)), at: at(number))
            metrics.see(.sent(link, [], frame: UInt64(number)), at: at(number))
        }
        let each = (ContinuousClock.now - start) / 40_000
        print("an event costs \(each)")
        #expect(each < .milliseconds(1))
    }
}

extension EndReason {
    fileprivate static var allNames: [String] {
        let all: [EndReason] = [.released, .linkLost, .carrierLost, .radioLost, .stopped]
        return all.map(\.rawValue)
    }
}
