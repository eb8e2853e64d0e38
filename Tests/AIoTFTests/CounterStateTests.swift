import AIoTBase
import AIoTF
import Testing

/// `spec/1 "Counters"`.
@Suite struct CounterStateTests {
    @Test func aFreshDeviceIsPagedWithItsCounter() {
        var fresh = CounterState()
        #expect(fresh.next(window: 0) == 0)
        var other = CounterState(deviceCounter: 100)
        #expect(other.next(window: 3) == 100)
    }

    @Test func requestsWithoutAnswerPageTheWindowAndThenMultiplesOfIt() {
        var state = CounterState(confirmed: 1_000, unanswered: 0)
        let paged = (0..<13).map { _ in Int(state.next(window: 3)) - 1_000 }
        #expect(paged == [1, 2, 3, 4, 4, 8, 4, 8, 12, 4, 8, 12, 16])
        var equal = CounterState(confirmed: 0, unanswered: 0)
        #expect((0..<10).map { _ in equal.next(window: 0) } == [1, 1, 2, 1, 2, 3, 1, 2, 3, 4])
    }

    @Test func countersGoOnAcrossTheWrapOf32Bits() {
        var state = CounterState(confirmed: .max - 1, unanswered: 0)
        #expect((0..<4).map { _ in state.next(window: 3) } == [.max, 0, 1, 2])
        let isNew = state.confirm(1, window: 3)
        #expect(isNew && state.confirmed == 1)
    }

    @Test(arguments: [0, 1, 15, 65_535, (1 << 31) - 1] as [UInt32])
    func theSequenceNeverComesBackToTheConfirmedCounter(window: UInt32) {
        for unanswered in [0, 1, Int(window), Int(window) + 1, Int(window) + 2, Int(window) + 3, Int(UInt32.max)] {
            var state = CounterState(confirmed: 77, unanswered: unanswered)
            for _ in 0..<50 { #expect(state.next(window: window) != 77) }
        }
    }

    @Test(arguments: [0, 1, 15, 65_535] as [UInt32])
    func aConfirmedCounterIsNeverPagedAgainWhateverIsLost(window: UInt32) {
        for seed in UInt64(1)...20 {
            var generator = SeededGenerator(seed: seed)
            var state = CounterState(deviceCounter: .max - 20)
            var own = UInt32.max - 20
            var confirmed: Set<UInt32> = []
            let loss = 0.9 * generator.uniform()
            for _ in 0..<400 {
                let paged = state.next(window: window)
                #expect(!confirmed.contains(paged), "seed \(seed) pages \(paged) again")
                guard generator.uniform() > loss / 2, paged &- own <= window else { continue }
                own = paged &+ 1
                guard generator.uniform() > loss else { continue }
                let isForward = state.confirm(paged, window: window)
                #expect(isForward)
                confirmed.insert(paged)
            }
            #expect(!confirmed.isEmpty, "seed \(seed)")
        }
    }

    @Test(arguments: [0, 1, 15, 65_535] as [UInt32])
    func aDeviceIsMetWithin21RequestsAfter200LostAnswersOrPages(window: UInt32) {
        for seed in UInt64(0)...50 {
            var generator = SeededGenerator(seed: seed)
            // Seed 0 loses every answer and no page.
            let pageLoss = seed == 0 ? 0 : generator.uniform()
            var state = CounterState(deviceCounter: 4_294_967_290)
            var own: UInt32 = 4_294_967_290
            for _ in 0..<200 {
                let paged = state.next(window: window)
                if generator.uniform() >= pageLoss, paged &- own <= window { own = paged &+ 1 }
            }
            let needed = (1...40).first { _ in state.next(window: window) &- own <= window }
            #expect(needed ?? .max <= 21, "seed \(seed), window \(window): \(String(describing: needed))")
        }
    }

    @Test func aConfirmationFromBeforeTheLastSaysNothingNew() {
        var state = CounterState(confirmed: 10, unanswered: 3)
        let before = state
        for counter in [10, 9, 10 &+ 1 << 31] as [UInt32] {
            let isNew = state.confirm(counter, window: 15)
            #expect(!isNew && state == before, "\(counter)")
        }
        let isNew = state.confirm(13, window: 15)
        #expect(isNew && state == CounterState(confirmed: 13, unanswered: 0))
    }

    /// The reader's spool has answers to two pages, and the AIoTF pages again after it has heard the first.
    @Test func whatWasPagedBeforeALateConfirmationIsNotPagedAgain() {
        var state = CounterState(confirmed: 9, unanswered: 3)
        for (confirmed, next) in [(10, 13), (12, 14)] as [(UInt32, UInt32)] {
            let isNew = state.confirm(confirmed, window: 15)
            #expect(isNew && state.next(window: 15) == next)
        }
    }

    @Test func aConfirmationLongAfterTheWindowWasUsedUpLeadsBackToTheDevice() {
        var state = CounterState(confirmed: 100, unanswered: 200)
        let isNew = state.confirm(101, window: 15)
        #expect(isNew && state.next(window: 15) == 117, "a device that expects 102 just takes it")
    }

    @Test func aReturnedCounterIsTakenOnlyForwardWithinHalfTheRange() {
        for (returned, isTaken) in [
            (10, false), (9, false), (0, false), (11, true), (12, true), (9 &+ 1 << 31, true), (10 &+ 1 << 31, false),
            (.max, false),
        ] as [(UInt32, Bool)] {
            var state = CounterState(confirmed: 10, unanswered: 5)
            #expect(state.resynchronise(deviceCounter: returned) == isTaken, "\(returned)")
            #expect(state.confirmed == (isTaken ? returned - 1 : 10), "\(returned)")
            #expect(!isTaken || state.next(window: 0) == returned, "the device is paged with its own counter")
        }
    }
}
