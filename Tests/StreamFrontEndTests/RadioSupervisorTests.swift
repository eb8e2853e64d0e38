import AIoTBase
import RadioFrontEnd
import StreamFrontEnd
import Testing
import Transceiver

@Suite struct RadioSupervisorTests {
    private func readyBoxes(_ count: Int = 1) -> SupervisedBoxes {
        var boxes = SupervisedBoxes(boxes: count)
        boxes.run(milliseconds: 200)
        return boxes
    }

    @Test func aBoxThatIsWellIsReadyAtOnce() {
        let boxes = readyBoxes()
        #expect(boxes.state == .ready)
        #expect(boxes.orders.map(\.order) == [.open, .start])
    }

    @Test(arguments: [true, false])
    func silenceIsSeenWithin500Milliseconds(ofReceiver: Bool) {
        var boxes = readyBoxes()
        if ofReceiver { boxes.receives = false } else { boxes.transmits = false }
        let begin = boxes.now
        boxes.run(milliseconds: 600)
        let stall = boxes.states.first { $0.state == .stalled }
        #expect(stall.map { $0.time - begin <= .milliseconds(500) } == true)
        #expect(stall.map { $0.time - begin >= .milliseconds(400) } == true)
        #expect(boxes.why.contains(ofReceiver ? "received" : "sent"))
    }

    @Test func recoveryGoesFromRestartOverResetToReopeningWithBackOff() {
        var boxes = readyBoxes()
        boxes.receives = false
        boxes.run(milliseconds: 60_000)
        #expect(
            boxes.orders.dropFirst(2).prefix(11).map(\.order) == [
                .stop, .start, .stop, .reset, .close, .open, .start, .stop, .close, .open, .start,
            ])
        let openings = boxes.orders.filter { $0.order == .open }.map(\.time)
        let waits = zip(openings, openings.dropFirst()).map { $1 - $0 }
        #expect(
            waits.allSatisfy { $0 < .milliseconds(6_500) } && waits.suffix(3).allSatisfy { $0 > .milliseconds(5_000) })
        #expect(boxes.state == .stalled)
        boxes.receives = true
        boxes.run(milliseconds: 7_000)
        #expect(boxes.state == .ready)
        // What has streamed for a while begins with the mildest remedy again.
        boxes.run(milliseconds: 11_000)
        boxes.receives = false
        let before = boxes.orders.count
        boxes.run(milliseconds: 600)
        #expect(boxes.orders.dropFirst(before).map(\.order) == [.stop, .start])
    }

    @Test func aDeviceThatVanishesIsTakenUpAgainWhenItReturns() {
        for boxCount in 1...2 {
            for wait in stride(from: 0, through: 3_000, by: 150) {
                var boxes = readyBoxes(boxCount)
                boxes.run(milliseconds: wait)
                boxes.setPresence(false, box: boxCount - 1)
                boxes.run(milliseconds: wait + 100)
                #expect(boxes.state == .absent)
                boxes.setPresence(true, box: boxCount - 1)
                boxes.run(milliseconds: 500)
                #expect(boxes.state == .ready, "after \(wait) ms")
                #expect(boxes.conflict == nil)
            }
        }
    }

    @Test func aPermissionGivenLaterIsFoundWithoutReplugging() {
        var boxes = SupervisedBoxes()
        boxes.isDenied = true
        boxes.run(milliseconds: 20_000)
        #expect(boxes.state == .denied && boxes.why == "no permission")
        boxes.isDenied = false
        boxes.run(milliseconds: 2_300)
        #expect(boxes.state == .ready)
    }

    @Test func aRadioThatDoesNotHearItselfIsDegradedAndSaysWhatToDo() {
        var boxes = SupervisedBoxes()
        boxes.hears = false
        boxes.run(milliseconds: 2_200)
        #expect(boxes.state == .degraded && boxes.why.contains("check antennas"))
        boxes.hears = true
        boxes.run(milliseconds: 100)
        #expect(boxes.state == .ready)
        boxes.hears = false
        boxes.supervisor.handle(.hears(false), at: boxes.now)
        boxes.run(milliseconds: 1_800)
        #expect(boxes.state == .ready)
        boxes.run(milliseconds: 300)
        #expect(boxes.state == .degraded)
    }

    @Test func aLossShowsForTenSeconds() {
        var boxes = readyBoxes()
        boxes.supervisor.handle(.lost("received samples were lost"), at: boxes.now)
        boxes.run(milliseconds: 9_000)
        #expect(boxes.state == .degraded && boxes.why.contains("received samples were lost"))
        boxes.run(milliseconds: 1_100)
        #expect(boxes.state == .ready)
    }

    @Test func lateWordOfTheStreamBeforeIsHarmless() {
        var boxes = readyBoxes()
        boxes.setPresence(false)
        boxes.run(milliseconds: 100)
        boxes.supervisor.handle(.failed(TransceiverFailure(.absent, "gone")), at: boxes.now)
        boxes.setPresence(true)
        boxes.supervisor.handle(.failed(TransceiverFailure(.absent, "gone")), at: boxes.now)
        boxes.run(milliseconds: 1_000)
        #expect(boxes.state == .ready)
    }

    /// Whatever happens in whatever order: no orders that contradict each other, and a box that is well again is ready
    /// within the longest wait, its streams and the time that a loss shows.
    @Test(arguments: 1...200)
    func whateverHasHappenedABoxThatIsWellAgainIsReadyInTheEnd(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var boxes = SupervisedBoxes(boxes: seed.isMultiple(of: 2) ? 2 : 1)
        for _ in 0..<200 {
            let box = Int.random(in: 0..<boxes.isThere.count, using: &generator)
            switch Int.random(in: 0..<14, using: &generator) {
            case 0: boxes.setPresence(false, box: box)
            case 1, 2: boxes.setPresence(true, box: box)
            case 3: boxes.isDenied.toggle()
            case 4: boxes.opens.toggle()
            case 5: boxes.starts.toggle()
            case 6: boxes.resets.toggle()
            case 7: boxes.receives.toggle()
            case 8: boxes.transmits.toggle()
            case 9: boxes.hears.toggle()
            case 10: boxes.supervisor.handle(.lost("samples"), at: boxes.now)
            case 11: boxes.supervisor.handle(.hears(false), at: boxes.now)
            case 12:
                let kinds: [TransceiverFailure.Kind] = [.absent, .denied, .busy, .failed, .unsupported]
                let kind = kinds.randomElement(using: &generator) ?? .failed
                boxes.supervisor.handle(.failed(TransceiverFailure(kind, "a failure")), at: boxes.now)
            default: break
            }
            boxes.run(milliseconds: 50 * Int.random(in: 0..<40, using: &generator))
            #expect(boxes.conflict == nil, "seed \(seed)")
        }
        boxes.isDenied = false
        (boxes.opens, boxes.starts, boxes.resets) = (true, true, true)
        (boxes.receives, boxes.transmits, boxes.hears) = (true, true, true)
        for box in boxes.isThere.indices { boxes.setPresence(true, box: box) }
        boxes.run(milliseconds: 7_000)
        #expect(boxes.state.isUsable, "seed \(seed): \(boxes.why)")
        boxes.run(milliseconds: 11_000)
        #expect(boxes.state == .ready && boxes.conflict == nil, "seed \(seed): \(boxes.why)")
    }
}
