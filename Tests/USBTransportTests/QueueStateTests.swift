import Testing

@testable import USBTransport

@Suite struct QueueStateTests {
    /// A queue with so many transfers in flight.
    private func running(_ transfers: Int, isTowardsHost: Bool = true) -> QueueState {
        var state = QueueState(isTowardsHost: isTowardsHost)
        for _ in 0..<transfers { _ = state.advance(.submitted) }
        return state
    }

    @Test func aTransferThatIsBackGoesOn() {
        var state = running(2)
        #expect(state.advance(.returned(.moved)) == .init(proceeds: true))
        #expect(state.inFlight == 1)
        #expect(state.advance(.submitted) == .init())
        #expect(state.inFlight == 2)
    }

    @Test func theOnlyTransferOfAQueueMayBeBackWithoutItsEnd() {
        var state = running(1)
        #expect(state.advance(.returned(.moved)) == .init(proceeds: true))
        #expect(state.advance(.submitted) == .init())
        #expect(state.advance(.cancelled) == .init(cancelsRest: true))
        #expect(state.advance(.returned(.cancelled)) == .init(ends: true))
        #expect(state.failure == nil)
    }

    @Test func cancellingTwiceCancelsOnceAndLaterOctetsAreDropped() {
        var state = running(3)
        #expect(state.advance(.cancelled) == .init(cancelsRest: true))
        #expect(state.advance(.cancelled) == .init())
        #expect(state.advance(.returned(.moved)) == .init())
        #expect(state.advance(.returned(.cancelled)) == .init())
        #expect(state.advance(.returned(.cancelled)) == .init(ends: true))
        #expect(state.advance(.cancelled) == .init())
    }

    @Test(arguments: USBError.Kind.allCases)
    func aFailureCancelsTheRestAndIsTheReason(kind: USBError.Kind) {
        var state = running(2)
        #expect(state.advance(.returned(.failed(kind))) == .init(cancelsRest: true))
        #expect(state.advance(.returned(.failed(.inputOutput))) == .init(ends: true))
        #expect(state.failure == kind)
    }

    @Test func aDeviceThatGoesWithOtherErrorsFirstIsGone() {
        var state = running(2)
        #expect(state.advance(.returned(.failed(.inputOutput))) == .init(cancelsRest: true))
        #expect(state.advance(.returned(.failed(.noDevice))) == .init(ends: true))
        #expect(state.failure == .noDevice)
    }

    @Test func aQueueThatWasToEndDoesNotFail() {
        var state = running(2)
        _ = state.advance(.cancelled)
        #expect(state.advance(.returned(.failed(.noDevice))) == .init())
        #expect(state.advance(.returned(.failed(.stalled))) == .init(ends: true))
        #expect(state.failure == nil)
    }

    @Test func aCancellationThatNobodyAskedForIsAFailure() {
        var state = running(1)
        #expect(state.advance(.returned(.cancelled)) == .init(ends: true))
        #expect(state.failure == .interrupted)
    }

    @Test func aQueueWhoseFirstTransferIsRefusedEnds() {
        var state = running(0)
        #expect(state.advance(.refused(.noMemory)) == .init(ends: true))
        #expect(state.failure == .noMemory)
        var later = running(1)
        #expect(later.advance(.refused(.noMemory)) == .init(cancelsRest: true))
        #expect(!later.isRunning)
    }

    @Test func whatIsOnItsWayToADeviceStillGoesWhenTheBodyHasNoMore() {
        var state = running(2, isTowardsHost: false)
        #expect(state.advance(.returned(.moved)) == .init(proceeds: true))
        #expect(state.advance(.bodyEnded) == .init())
        #expect(state.advance(.returned(.moved)) == .init(ends: true))
        #expect(state.failure == nil)
    }

    @Test func whatIsOnItsWayToADeviceCanBeCancelledAndCanFail() {
        var cancelled = running(2, isTowardsHost: false)
        _ = cancelled.advance(.bodyEnded)
        #expect(cancelled.advance(.cancelled) == .init(cancelsRest: true))
        var failing = running(2, isTowardsHost: false)
        _ = failing.advance(.bodyEnded)
        #expect(failing.advance(.returned(.failed(.stalled))) == .init(cancelsRest: true))
        #expect(failing.failure == .stalled)
    }

    @Test func octetsThatNobodyWantsAnyMoreAreCancelled() {
        var state = running(2)
        _ = state.advance(.returned(.moved))
        #expect(state.advance(.bodyEnded) == .init(cancelsRest: true))
        #expect(state.advance(.returned(.cancelled)) == .init(ends: true))
    }

    /// Against a system that gives transfers back in any order and way.
    @Test(arguments: UInt64(1)...200)
    func everyQueueEndsExactlyOnceWithNothingInFlight(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let isTowardsHost = Bool.random(using: &generator)
        var state = QueueState(isTowardsHost: isTowardsHost)
        var flying = 0
        var ends = 0
        var cancellations = 0
        func note(_ step: QueueState.Step) -> Bool {
            ends += step.ends ? 1 : 0
            cancellations += step.cancelsRest ? 1 : 0
            if step.ends { #expect(flying == 0) }
            if step.cancelsRest { #expect(flying > 0) }
            return step.proceeds
        }
        func submit() {
            switch Int.random(in: 0..<60, using: &generator) {
            case 0: _ = note(state.advance(.bodyEnded))
            case 1: _ = note(state.advance(.refused(.noMemory)))
            default:
                flying += 1
                _ = note(state.advance(.submitted))
            }
        }
        for _ in 0..<Int.random(in: 1...8, using: &generator) where state.isRunning { submit() }
        var hasStopped = false
        var turn = 0
        while flying > 0 {
            turn += 1
            if turn == 200 || Int.random(in: 0..<100, using: &generator) == 0 {
                hasStopped = true
                _ = note(state.advance(.cancelled))
            }
            let outcomes: [TransferOutcome] =
                hasStopped
                ? [.cancelled, .moved, .failed(.noDevice)]
                : Array(repeating: .moved, count: 40) + [.failed(.stalled), .failed(.overflow), .cancelled]
            flying -= 1
            if note(state.advance(.returned(outcomes.randomElement(using: &generator) ?? .moved))) { submit() }
        }
        _ = note(state.advance(.cancelled))
        #expect(ends == 1)
        #expect(cancellations <= 1)
        #expect(state.hasEnded && state.inFlight == 0)
    }
}
