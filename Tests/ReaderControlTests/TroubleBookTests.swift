import AIoTBase
import ReaderControl
import Testing

@Suite struct TroubleBookTests {
    private func time(_ seconds: Int64) -> AirTime { AirTime(nanoseconds: seconds * 1_000_000_000) }

    @Test func aTroubleIsRememberedWithItsLastCauseWhenItIsOver() throws {
        var book = TroubleBook()
        let kind = TroubleKind.link("core")
        #expect(book.begin(kind, cause: "refused: start it", at: time(1)) == true)
        #expect(book.begin(kind, cause: "refused: start it", at: time(2)) == false)
        #expect(book.begin(kind, cause: "no answer: look at the firewall", at: time(3)) == true)
        #expect(book.end(kind, at: time(4)) == true)
        #expect(book.end(kind, at: time(5)) == false)
        let trouble = try #require(book[kind])
        #expect(trouble.since == time(1))
        #expect(trouble.last == time(3))
        #expect(trouble.over == time(4))
        #expect(trouble.count == 3)
        #expect(trouble.cause == "no answer: look at the firewall")
    }

    @Test func aTroubleThatComesAgainBeginsAgain() throws {
        var book = TroubleBook()
        book.begin(.spool, cause: "full", at: time(1))
        book.end(.spool, at: time(2))
        #expect(book.begin(.spool, cause: "full", at: time(3)) == true)
        let trouble = try #require(book[.spool])
        #expect(trouble.since == time(3))
        #expect(trouble.over == nil)
        #expect(trouble.count == 2)
        #expect(book.troubles.count == 1)
    }

    @Test func whatIsOverIsForgottenFirst() {
        var book = TroubleBook()
        for number in 0..<TroubleBook.limit {
            book.begin(.health("rule \(number)"), cause: "much", at: time(Int64(number)))
        }
        book.end(.health("rule 7"), at: time(100))
        book.begin(.spool, cause: "full", at: time(101))
        #expect(book.troubles.count == TroubleBook.limit)
        #expect(book[.health("rule 7")] == nil)
        #expect(book[.health("rule 0")] != nil)
        book.begin(.limits, cause: "much", at: time(102))
        #expect(book.troubles.count == TroubleBook.limit)
        #expect(book[.health("rule 0")] == nil)
    }

    /// A cause may quote a peer.
    @Test(arguments: [String(repeating: "😀", count: 100_000), "e" + String(repeating: "\u{301}", count: 100_000)])
    func aCauseIsBounded(cause: String) throws {
        var book = TroubleBook()
        book.begin(.spool, cause: cause, at: time(1))
        #expect(try #require(book[.spool]).cause.utf8.count <= TroubleBook.longestCause + 3)
    }

    @Test func everyKindHasARemedy() {
        let kinds: [TroubleKind] = [
            .frontEnd, .link("core"), .spool, .limits, .recording, .configuration, .health("collisions"),
        ]
        for kind in kinds { #expect(kind.remedy.count > 20) }
        #expect(Set(kinds.map(\.description)).count == kinds.count)
    }
}
