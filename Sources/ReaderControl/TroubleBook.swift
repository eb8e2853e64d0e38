package import AIoTBase

/// One thing that is in trouble, or was.
package struct Trouble: Hashable, Sendable {
    package var kind: TroubleKind
    /// When it began, the last time that it did.
    package var since: AirTime
    /// When it was told last.
    package var last: AirTime
    /// How often it was told since the start of the daemon.
    package var count: Int
    /// The last cause, in the words of whoever found it: they say what to do.
    package var cause: String
    /// When it ended; nil while it lasts.
    package var over: AirTime?
}

/// What is in trouble, and what was, each with its last cause.
package struct TroubleBook: Sendable {
    /// Kinds that are remembered; of more, the one that was over first or is oldest is forgotten (*ours*).
    package static let limit = 64
    /// Octets of a cause at most; it may come from a peer (*ours*).
    package static let longestCause = 1_024

    /// In the order in which they began first.
    package private(set) var troubles: [Trouble] = []

    package init() {}

    /// - Returns: whether it was not in trouble before, or had another cause.
    @discardableResult
    package mutating func begin(_ kind: TroubleKind, cause: String, at time: AirTime) -> Bool {
        let cause =
            cause.utf8.count <= Self.longestCause
            ? cause : String(cause.unicodeScalars.prefix(Self.longestCause / 4)) + "..."
        guard let place = troubles.firstIndex(where: { $0.kind == kind }) else {
            if troubles.count >= Self.limit { forgetOne() }
            troubles.append(Trouble(kind: kind, since: time, last: time, count: 1, cause: cause))
            return true
        }
        var trouble = troubles[place]
        let isNews = trouble.over != nil || trouble.cause != cause
        if trouble.over != nil { trouble.since = time }
        trouble.over = nil
        trouble.last = time
        trouble.count = trouble.count == .max ? .max : trouble.count + 1
        trouble.cause = cause
        troubles[place] = trouble
        return isNews
    }

    /// - Returns: whether it was in trouble.
    @discardableResult
    package mutating func end(_ kind: TroubleKind, at time: AirTime) -> Bool {
        guard let place = troubles.firstIndex(where: { $0.kind == kind }), troubles[place].over == nil else {
            return false
        }
        troubles[place].over = time
        return true
    }

    package subscript(kind: TroubleKind) -> Trouble? { troubles.first { $0.kind == kind } }

    private mutating func forgetOne() {
        let over = troubles.indices.filter { troubles[$0].over != nil }
        let place = over.min { (troubles[$0].over ?? .zero) < (troubles[$1].over ?? .zero) } ?? 0
        troubles.remove(at: place)
    }
}
