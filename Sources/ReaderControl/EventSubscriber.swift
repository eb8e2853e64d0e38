package import ControlSocket

/// A client that watches. What waits for it is bounded: it is told how many events it missed.
package struct EventSubscriber: Sendable {
    package let wantsExchanges: Bool
    /// - Returns: false where the client has too much to read already.
    private let send: @Sendable (JSONLine) -> Bool
    /// Events since the last one that found room.
    private var lost = 0

    package init(wantsExchanges: Bool, send: @escaping @Sendable (JSONLine) -> Bool) {
        self.wantsExchanges = wantsExchanges
        self.send = send
    }

    package mutating func tell(_ line: JSONLine) {
        tellLost()
        if lost > 0 || !send(line) { lost += 1 }
    }

    /// What was lost is told as soon as there is room.
    package mutating func tellLost() {
        guard lost > 0 else { return }
        var line = JSONLine(type: "lost")
        line.add("events", lost)
        if send(line) { lost = 0 }
    }
}
