import RadioFrontEnd
import Testing

@testable import ReaderService

@Suite struct WatchdogGuardTests {
    private func flow(_ received: Int, _ transmitted: Int) -> SampleFlow {
        SampleFlow(received: received, transmitted: transmitted)
    }

    @Test(arguments: [RadioState.ready, .degraded])
    func aRadioInUseIsFedForOnlyWhileSamplesFlowInBothDirections(state: RadioState) {
        var watchdog = WatchdogGuard()
        #expect(watchdog.mayFeed(state, flow(1, 1)))
        #expect(!watchdog.mayFeed(state, flow(1, 1)))
        #expect(!watchdog.mayFeed(state, flow(9, 1)), "nothing is sent")
        #expect(!watchdog.mayFeed(state, flow(1, 9)), "nothing is received")
        #expect(watchdog.mayFeed(state, flow(2, 2)), "since it was fed last")
    }

    @Test(arguments: [RadioState.absent, .denied, .opening])
    func aBoxThatIsNotThereIsNoHang(state: RadioState) {
        var watchdog = WatchdogGuard()
        for _ in 0..<3 { #expect(watchdog.mayFeed(state, flow(5, 5))) }
    }

    @Test func aStallIsNotFedForEvenWhereSamplesCameMeanwhile() {
        var watchdog = WatchdogGuard()
        #expect(watchdog.mayFeed(.ready, flow(1, 1)))
        #expect(!watchdog.mayFeed(.stalled, flow(9, 9)))
        #expect(watchdog.mayFeed(.ready, flow(9, 9)))
    }

    @Test(arguments: RadioState.allCases)
    func aFrontEndWithoutStreamsIsFedForWhateverItsState(state: RadioState) {
        var watchdog = WatchdogGuard()
        for _ in 0..<3 { #expect(watchdog.mayFeed(state, nil)) }
    }
}
