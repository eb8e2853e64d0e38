import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import CoreLink
import Logging
import ReaderService
import Settings
import Testing

struct DaemonConfigurationTests {
    private static let link = "links: [{name: core, endpoints: [\"unix:/run/a.sock\"]}]"

    private func read(_ text: String) throws -> DaemonConfiguration {
        let file = try SettingsFile(text, name: "reader.yaml")
        let configuration = DaemonConfiguration(file.root)
        try file.finish()
        return configuration
    }

    /// Problems as `LINE:COLUMN: text`.
    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map { String($0.trimmingPrefix("reader.yaml:")) }
        }
    }

    @Test func aLinkIsAllThatMustBeSaid() throws {
        let configuration = try read(Self.link)
        #expect(configuration.links.map(\.name) == ["core"])
        #expect(configuration.links.first?.endpoints == [.unix(path: "/run/a.sock")])
        #expect(configuration.stateDirectory == "/var/lib/aiot-reader")
        #expect(configuration.spoolLimitOctets == 16 << 20)
        #expect(configuration.stopTimeout == .milliseconds(30))
        #expect(configuration.reader == .init())
        #expect(configuration.controlSocket == "/var/lib/aiot-reader/control.sock")
        #expect(configuration.metrics == nil && configuration.trace == nil && configuration.healthRules.isEmpty)
        #expect(configuration.log == LogSettings())
        #expect(configuration.readiness.frontEnd == .usable && configuration.readiness.links == .none)
    }

    @Test func theControlSocketIsWhereTheServiceManagerWantsItUnlessTheFileNamesOneOrNone() throws {
        for (text, path) in [
            ("", "/run/r/control.sock"), ("control: {socket: off}", nil), ("control: {socket: /x}", "/x"),
        ] {
            let file = try SettingsFile("\(Self.link)\n\(text)", name: "reader.yaml")
            #expect(DaemonConfiguration(file.root, runtimeDirectory: "/run/r").controlSocket == path)
            try file.finish()
        }
    }

    @Test func theTighterOfTheRegionAndTheOperatorHolds() throws {
        let tight = try read("\(Self.link)\nregion: eu-865\nlimits: {longest-carrier-ms: 9000, shortest-pause-ms: 200}")
        #expect(tight.reader.limits.longestCarrier == .milliseconds(4_000))
        #expect(tight.reader.limits.shortestPause == .milliseconds(200))
        #expect(try read("\(Self.link)\nregion: screened").reader.limits == .init())
    }

    @Test func everyKeyIsTakenOver() throws {
        let configuration = try read(
            """
            reader:
              {name: dock 4, gnb-id: 0x2A, index: 3, plmn: "262f01", tracking-area: "000102", area: "0a0b0c"}
            air:
              {chips-per-symbol: 12, rate-code: 3, subcarrier-code: 1, fec: true, repetition: true, midamble: true,
               frequencies: 4, access: cbra, q: 5, max-rounds: 9, exchange-budget-ms: 250, link-hold-ms: 0,
               min-turnaround-ms: 20, clock-error-ppm: 80000}
            tls: {certificate: c.pem, key: k.pem, authorities: a.pem, peer-names: [aiotf]}
            links:
              - {endpoints: ["tls://one.example", "tls://[2001:db8::1]:4000"]}
              - name: own
                endpoints: ["tls://two.example:99"]
                tls: {certificate: c2.pem, key: k2.pem, authorities: a2.pem}
            state-directory: /srv/state
            spool: {limit-octets: 65_536}
            stop-timeout-ms: 0
            region: us-902
            limits:
              {duty-cycle: 0.5, duty-window-s: 60, longest-carrier-ms: 350, shortest-pause-ms: 20, max-power-dbm: 40,
               listen-before-talk: {threshold-dbfs: -55.5, listen-ms: 7}}
            log: {level: debug, format: json, show-protected: true}
            metrics: {host: "::1", port: 9000}
            control: {socket: /run/x.sock}
            ready: {front-end: any, links: all}
            health: [{name: h, counter: aiot_reader_rounds_total, above: 2.5, window-s: 30, do: restart}]
            trace: {file: /srv/t, format: chrome, limit-octets: 65536}
            """)
        #expect(configuration.region == .us902)
        let limits = configuration.reader.limits
        #expect(limits.longestCarrier == .milliseconds(350) && limits.shortestPause == .milliseconds(20))
        #expect(limits.maxEIRPdBm == 36)
        #expect(limits.dutyCycles.map(\.share) == [0.02, 0.5])
        #expect(limits.listenBeforeTalk == .init(thresholdDBFS: -55.5, duration: .milliseconds(7)))
        let log = configuration.log
        #expect(log.level == .debug && log.format == .json && log.showsProtected)
        #expect(configuration.metrics?.host == "::1" && configuration.metrics?.port == 9_000)
        #expect(configuration.controlSocket == "/run/x.sock")
        #expect(configuration.readiness.frontEnd == .any && configuration.readiness.links == .all)
        #expect(
            configuration.healthRules == [
                HealthRule(
                    name: "h", counter: "aiot_reader_rounds_total", above: 2.5, windowSeconds: 30, deed: .restart)
            ])
        let trace = configuration.trace
        #expect(trace?.path == "/srv/t" && trace?.format == .chrome && trace?.limitOctets == 65_536)
        #expect(configuration.reader.identity.name == "dock 4")
        #expect(configuration.reader.identity.gnbID == 42)
        #expect(configuration.reader.identity.readerIndex == 3)
        #expect(configuration.reader.identity.plmn == [0x26, 0x2F, 0x01])
        #expect(configuration.reader.identity.trackingAreaCode == [0, 1, 2])
        #expect(configuration.reader.identity.areaCode == [10, 11, 12])
        let air = configuration.reader
        #expect(air.chipsPerSymbol == 12 && air.rateCode == 3 && air.subcarrierCode == 1 && air.frequencyCode == 2)
        #expect(air.fec && air.repetition && air.midamble)
        #expect(air.accessMode == .cbra && air.fixedQ == 5 && air.maxRounds == 9)
        #expect(air.exchangeBudgetMilliseconds == 250 && air.linkHoldMilliseconds == 0)
        #expect(air.minTurnaroundMilliseconds == 20 && air.profile.largestClockError == 0.08)
        #expect(configuration.links.map(\.name) == ["link-1", "own"])
        #expect(configuration.links[0].endpoints.last == .tls(host: "2001:db8::1", port: 4_000))
        #expect(configuration.links[0].tls?.peerNames == ["aiotf"])
        #expect(configuration.links[1].tls == TLSFiles(certificate: "c2.pem", key: "k2.pem", authorities: "a2.pem"))
        #expect(configuration.stateDirectory == "/srv/state")
        #expect(configuration.spoolLimitOctets == 65_536)
        #expect(configuration.stopTimeout == .zero)
    }

    /// The text, where its problem is, and what its remedy speaks of.
    private static let mistakes: [(text: String, place: String, remedy: String)] = [
        ("", "1:1: ", "name at least one"),
        ("links: core", "1:8: ", "write a list"),
        ("links: []", "1:8: ", "name at least one"),
        ("links: [{endpoints: []}]", "1:21: ", "name at least one"),
        ("links: [{name: a}]", "1:9: ", "name at least one"),
        ("links: [{endpoints: [\"tcp://192.0.2.1:1\"]}]", "1:21: ", "take tls://"),
        ("links: [{endpoints: [\"aiotf.example\"]}]", "1:21: ", "write tls://HOST:PORT"),
        ("links: [{endpoints: [\"tls://h\"]}]", "1:21: ", "tls: {certificate"),
        ("links:\n- {name: a, endpoints: [\"unix:/a\"]}\n- {name: a, endpoints: [\"unix:/b\"]}", "3:10: ", "twice"),
        ("\(link)\ntls: {certificate: c, key: k}", "2:6: ", "tls.authorities: name the PEM file"),
        ("\(link)\nreader: {name: \"\"}", "2:16: ", "1 to 150"),
        ("\(link)\nreader: {gnb-id: 0x400000}", "2:18: ", "0 to 4194303"),
        ("\(link)\nreader: {index: 0}", "2:17: ", "1 to 65535"),
        ("\(link)\nreader: {area: \"12\"}", "2:16: ", "six hexadecimal digits"),
        ("\(link)\nreader: {plmn: 00f11g}", "2:16: ", "six hexadecimal digits"),
        ("\(link)\nair: {frequencies: 3}", "2:20: ", "1, 2, 4 or 8"),
        ("\(link)\nair: {access: aloha}", "2:15: ", "auto, cbra, direct, cfra"),
        ("\(link)\nair: {fec: yes}", "2:12: ", "true or false"),
        ("\(link)\nair: {min-turnaround-ms: 3277}", "2:26: ", "0 to 3276"),
        ("\(link)\nair: {clock-error-ppm: 100001}", "2:24: ", "1000 to 100000"),
        ("\(link)\nair: {q: 12}", "2:10: ", "take 11 at most"),
        ("\(link)\nair: {rate-code: 7, subcarrier-code: 3}", "2:18: ", "lower the rate"),
        ("\(link)\nair: {subcarrier-code: 3, frequencies: 4}", "2:24: ", "lower the rate"),
        ("\(link)\nair: {chips-per-symbol: 7}", "2:25: ", "take one of [2, 6, 12, 24]"),
        ("\(link)\nspool: {limit-octets: 100}", "2:23: ", "65536 to 1073741824"),
        ("\(link)\nstop-timeout-ms: 60001", "2:18: ", "0 to 60000"),
        ("links: [{name: a, endpoints: [\"unix:/a\", \"unix:/a\"]}]", "1:30: ", "stands here twice"),
        ("\(link)\nregion: eu-900", "2:9: ", "eu-865, eu-915, us-902, screened"),
        ("\(link)\nlimits: {duty-window-s: 60}", "2:25: ", "goes with duty-cycle"),
        ("\(link)\nlimits: {duty-cycle: 1.5}", "2:22: ", "0.001 to 1"),
        ("\(link)\nlimits: {listen-before-talk: {listen-ms: 5}}", "2:30: ", "dB below full scale"),
        ("\(link)\nlimits: {listen-before-talk: true}", "2:30: ", "keys and values"),
        ("\(link)\nlog: {level: loud}", "2:14: ", "trace, debug, info, notice, warning, error, critical"),
        ("\(link)\nlog: {format: xml}", "2:15: ", "auto, text, json, journal"),
        ("\(link)\nmetrics: {port: 70000}", "2:17: ", "0 to 65535"),
        ("\(link)\nmetrics: 9465", "2:10: ", "keys and values"),
        ("\(link)\ncontrol: {socket: /run/}", "2:19: ", "or write off"),
        ("\(link)\nready: {front-end: up}", "2:20: ", "usable, any"),
        ("\(link)\nready: {links: some}", "2:16: ", "none, any, all"),
        (
            "\(link)\nhealth: [{name: a, counter: aiot_reader_rounds_total, above: 1}]", "2:10: ",
            "log, degrade or restart"
        ),
        ("\(link)\nhealth: [{name: a, counter: rounds, above: 1, do: log}]", "2:29: ", "is no counter"),
        (
            "\(link)\nhealth: [{name: a, counter: 'aiot_reader_occasions_total{outcome=\"lost\"}', above: 1, do: log}]",
            "2:29: ", "idle, single, collided"
        ),
        (
            "\(link)\nhealth: [{name: a, counter: 'aiot_reader_link_failures_total{link=\"b\"}', above: 1, do: log}]",
            "2:29: ", "no link is called b"
        ),
        ("\(link)\nhealth: {name: a}", "2:9: ", "after a `-`"),
        ("\(link)\ntrace: {format: chrome}", "2:8: ", "name a file"),
        ("\(link)\ntrace: {file: /x, limit-octets: 1}", "2:33: ", "65536 to"),
        ("\(link)\nstate-directory: \"\"", "2:18: ", "name a folder"),
        ("\(link)\nstate-directry: /x", "2:1: ", "did you mean state-directory?"),
        ("\(link)\nair: {exchange-budget: 1}", "2:7: ", "did you mean air.exchange-budget-ms?"),
    ]

    @Test(arguments: mistakes.indices)
    func aMistakeIsToldWithItsPlaceAndItsRemedy(index: Int) {
        let (text, place, remedy) = Self.mistakes[index]
        let found = problems(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix(place) == true, "\(found)")
        #expect(found.first?.contains(remedy) == true, "\(found)")
    }

    @Test func allMistakesAreToldAtOnceInTheOrderOfTheFile() {
        let found = problems("reader: {index: 0}\n\(Self.link)\nspool: {limit-octets: x}\nqueue: 1")
        #expect(found.map { $0.prefix(2) } == ["1:", "3:", "4:"])
    }
}
