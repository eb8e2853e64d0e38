import AIoTReader
import RadioFrontEnd
import ServiceManager
import Testing

@testable import ReaderService
@testable import Spool

@Suite struct ServiceStateTests {
    private func facts(
        _ radio: RadioState, _ why: String = "why", links: [Bool] = [false, false], inventories: Int = 0,
        isDraining: Bool = false
    ) -> LoopFacts {
        LoopFacts(
            counters: ReaderCounters(), radio: RadioCounters(), radioState: radio, radioWhy: why, isCarrierOn: false,
            links: links.enumerated().map { place, isUp in
                LinkFacts(
                    name: "l\(place)", isUp: isUp, isCongested: false, text: isUp ? "up" : "down: refused")
            },
            spool: SpoolStatus(records: 0, octets: 0, limitOctets: 0, fileOctets: 0, turnedAway: 0, lastError: nil),
            openInventories: inventories, isDraining: isDraining)
    }

    private func state(_ frontEnd: Readiness.FrontEnd = .usable, _ links: Readiness.Links = .none) -> ServiceState {
        ServiceState(readiness: Readiness(frontEnd: frontEnd, links: links))
    }

    @Test(arguments: [
        (Readiness.FrontEnd.usable, Readiness.Links.none, RadioState.ready, [false, false], true),
        (.usable, .none, .degraded, [false, false], true),
        (.usable, .none, .opening, [true, true], false),
        (.usable, .none, .absent, [true, true], false),
        (.usable, .none, .denied, [true, true], false),
        (.usable, .none, .stalled, [true, true], false),
        (.any, .none, .absent, [false, false], true),
        (.any, .any, .absent, [false, false], false),
        (.any, .any, .absent, [false, true], true),
        (.any, .all, .absent, [false, true], false),
        (.any, .all, .absent, [true, true], true),
        (.usable, .all, .stalled, [true, true], false),
    ])
    func theServiceIsReadyWhenFrontEndAndLinksAreAsThePolicySays(
        frontEnd: Readiness.FrontEnd, links: Readiness.Links, radio: RadioState, up: [Bool], isReady: Bool
    ) {
        var state = state(frontEnd, links)
        let notices = state.look(facts(radio, links: up))
        #expect(state.isReady == isReady)
        #expect(notices.count == 1)
        if case .ready = notices.first { #expect(isReady) } else { #expect(!isReady) }
    }

    @Test func untilThenItSaysWhatItWaitsForAndAsksForPatience() {
        var state = state(.usable, .any)
        let waiting = "waiting for the front end: absent: no box; for a link: l0 down: refused, l1 down: refused"
        #expect(state.look(facts(.absent, "no box")) == [.status(waiting)])
        #expect(state.look(facts(.absent, "no box")) == [], "the same is not told twice")
        #expect(
            state.pulse(facts(.absent, "no box"), flow: nil)
                == [.extendTimeout(seconds: ServiceState.patienceSeconds), .watchdog])
        #expect(
            state.pulse(facts(.absent, "no box", links: [true, false]), flow: nil)
                == [
                    .status("waiting for the front end: absent: no box"),
                    .extendTimeout(seconds: ServiceState.patienceSeconds), .watchdog,
                ])
    }

    @Test func readyIsToldOnce() {
        var state = state()
        let text = "front end ready; link l0 down: refused; link l1 down: refused"
        #expect(state.look(facts(.ready)) == [.ready(status: text)])
        #expect(state.look(facts(.absent, "gone")).count == 1)
        #expect(state.isReady, "a box that goes away does not make it unready")
        #expect(state.look(facts(.ready)) == [.status(text)])
        #expect(state.pulse(facts(.ready), flow: nil) == [.watchdog], "no more patience is asked for")
    }

    @Test func theStatusHasWhatAnOperatorAsksFirst() {
        var state = state(.any)
        let notices = state.look(
            facts(.stalled, "no samples", links: [true], inventories: 2, isDraining: true), troubles: ["disk full"])
        #expect(
            notices == [
                .ready(status: "front end stalled: no samples; link l0 up; 2 inventories; draining; disk full")
            ])
        let long = state.look(facts(.absent, String(repeating: "x", count: 5_000), links: []))
        guard case .status(let text) = long.first else {
            Issue.record("\(long)")
            return
        }
        #expect(text.count < 200)
    }

    @Test func aReloadIsToldAndItsEndIsReadyWhateverCameOfIt() {
        var state = state()
        _ = state.look(facts(.ready, links: [true]))
        #expect(state.reloading() == [.reloading])
        #expect(
            state.reloaded(problem: "air.q is wrong", facts(.ready, links: [true]))
                == [.ready(status: "front end ready; link l0 up; reload refused: air.q is wrong")])
        #expect(state.look(facts(.ready, links: [true])) == [])
        _ = state.reloading()
        #expect(
            state.reloaded(problem: nil, facts(.ready, links: [true])) == [
                .ready(status: "front end ready; link l0 up")
            ])
    }

    @Test func aReloadWhileTheServiceStartsDoesNotMakeItReady() {
        var state = state()
        _ = state.look(facts(.absent))
        #expect(state.reloading() == [])
        let notices = state.reloaded(problem: nil, facts(.absent))
        #expect(!notices.contains { if case .ready = $0 { true } else { false } })
        #expect(!state.isReady)
        state.readiness.frontEnd = .any
        #expect(state.reloaded(problem: nil, facts(.absent)).count == 1)
        #expect(state.isReady, "the new policy holds")
    }

    @Test func aServiceThatStopsSaysThatItLivesAndNothingElse() {
        var state = state()
        _ = state.look(facts(.ready))
        _ = state.reloading()
        #expect(state.stopping() == [.stopping])
        #expect(state.stopping() == [])
        #expect(state.look(facts(.absent)) == [])
        #expect(
            state.pulse(facts(.absent), flow: nil)
                == [.extendTimeout(seconds: ServiceState.patienceSeconds), .watchdog])
        #expect(state.reloading() == [])
        #expect(state.reloaded(problem: nil, facts(.absent)) == [])
    }
}
