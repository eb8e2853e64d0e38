import AIoTBase
import Testing

@testable import AIoTReader
@testable import ReaderService

struct RelayBookTests {
    @Test(arguments: 1...UInt64(200))
    func nothingIsLostAndNothingAcknowledgedTwiceInWhateverOrderThingsHappen(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var model = RelayBookModel(comment: "seed \(seed)")
        for _ in 0..<400 {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<5: model.order()
            case 5..<9: model.write()
            case 9..<13: model.hear()
            case 13: model.failToWrite()
            case 14, 15: model.confirm(Int.random(in: 0...8, using: &generator))
            case 16: model.pass(milliseconds: Int64.random(in: 1...6_000, using: &generator))
            case 17: model.linkDown()
            case 18: model.dieSilently()
            default:
                let isOurs = Int.random(in: 0..<4, using: &generator) > 0
                model.linkUp(
                    to: isOurs ? RelayBookModel.ours : RelayBookModel.theirs,
                    answersProbes: Bool.random(using: &generator))
            }
        }
        for _ in 0..<model.ordered {
            model.write()
            model.hear()
        }
        #expect(model.answers.count == model.ordered, "each relay is answered; seed \(seed)")
        #expect(model.answers.values.allSatisfy { $0 == 1 }, "each relay is answered once; seed \(seed)")
        model.linkUp(to: RelayBookModel.ours, answersProbes: true)
        for _ in 0..<model.ordered { model.confirm(.max) }
        #expect(model.spool.isEmpty, "all is at the AIoTF in the end; seed \(seed)")
    }

    @Test func whatWasSpooledByAnEarlierStartIsSentAndTakenOffWhenAProbeConfirmsIt() {
        var book = RelayBook()
        let link = LinkID(0)
        let steps = book.linkUp(link, aiotfIdentifier: [1], answersProbes: true, spooled: [(4, [4]), (9, [9])])
        #expect(steps == [.send(link, sequence: 4, [4]), .send(link, sequence: 9, [9])])
        book.sent(4, over: link, frame: 1, at: .zero)
        book.sent(9, over: link, frame: 2, at: .zero)
        #expect(book.confirmed(link, upTo: 1) == [.remove([4])])
        #expect(book.confirmed(link, upTo: 7) == [.remove([9])])
        #expect(book.confirmed(link, upTo: 8) == [])
    }

    @Test func anAIoTFThatAnswersProbesIsAskedHoweverLongItsConnectionLasts() {
        var book = RelayBook()
        let relay = Relay(id: 1, link: LinkID(0), aiotfIdentifier: [1], octets: [1])
        _ = book.linkUp(relay.link, aiotfIdentifier: [1], answersProbes: true, spooled: [])
        book.ordered(relay, frame: 1, at: .zero)
        #expect(book.spooled(1, sequence: 1) == [.relayed(1)])
        #expect(book.advance(to: AirTime(nanoseconds: 3_600_000_000_000)) == [])
        #expect(book.confirmed(relay.link, upTo: 1) == [.remove([1])])
    }

    @Test func oneThatAnswersNoneHasWhatWasSentOverAConnectionThatHasLasted() {
        var book = RelayBook()
        let relay = Relay(id: 1, link: LinkID(0), aiotfIdentifier: [1], octets: [1])
        book.ordered(relay, frame: nil, at: .zero)
        // The spool has it, the book has not heard so.
        _ = book.linkUp(relay.link, aiotfIdentifier: [1], answersProbes: false, spooled: [(1, [1])])
        book.sent(1, over: relay.link, frame: 1, at: .zero)
        #expect(book.spooled(1, sequence: 1) == [.relayed(1)])
        #expect(book.advance(to: AirTime(nanoseconds: 9_999_999_999)) == [])
        #expect(book.advance(to: AirTime(nanoseconds: 10_000_000_000)) == [.remove([1])])
    }
}
