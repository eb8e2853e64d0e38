import ControlSocket
import ReaderControl
import Synchronization
import Testing

@Suite struct EventSubscriberTests {
    /// A client that has room for so many lines.
    private final class Narrow: Sendable {
        let state = Mutex<(room: Int, told: [String])>((0, []))

        func take(_ line: JSONLine) -> Bool {
            state.withLock { state in
                guard state.room > 0 else { return false }
                state.room -= 1
                state.told.append(line.text)
                return true
            }
        }

        func makeRoom(_ count: Int) { state.withLock { $0.room += count } }
        var told: [String] { state.withLock { $0.told } }
    }

    private func event(_ number: Int) -> JSONLine {
        var line = JSONLine(type: "test")
        line.add("n", number)
        return line
    }

    @Test func aSlowClientIsToldHowManyEventsItMissed() {
        let client = Narrow()
        var subscriber = EventSubscriber(wantsExchanges: false) { client.take($0) }
        client.makeRoom(2)
        for number in 0..<5 { subscriber.tell(event(number)) }
        client.makeRoom(2)
        subscriber.tell(event(5))
        #expect(
            client.told == [
                event(0).text, event(1).text, #"{"type":"lost","events":3}"#, event(5).text,
            ])
    }

    /// Also where nothing more happens.
    @Test func whatWasLostIsToldAsSoonAsThereIsRoom() {
        let client = Narrow()
        var subscriber = EventSubscriber(wantsExchanges: false) { client.take($0) }
        subscriber.tell(event(0))
        subscriber.tellLost()
        #expect(client.told.isEmpty)
        client.makeRoom(1)
        subscriber.tellLost()
        subscriber.tellLost()
        #expect(client.told == [#"{"type":"lost","events":1}"#])
    }

    /// No event stands before the line that says what is missing before it.
    @Test func roomForTheLineAboutLossesOnlyIsUsedForThat() {
        let client = Narrow()
        var subscriber = EventSubscriber(wantsExchanges: false) { client.take($0) }
        subscriber.tell(event(0))
        client.makeRoom(1)
        subscriber.tell(event(1))
        client.makeRoom(2)
        subscriber.tell(event(2))
        #expect(client.told == [#"{"type":"lost","events":1}"#, #"{"type":"lost","events":1}"#, event(2).text])
    }
}
