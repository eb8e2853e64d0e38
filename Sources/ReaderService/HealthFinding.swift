/// What a health rule says: that its counter grew too fast, or no longer does.
package struct HealthFinding: Hashable, Sendable {
    /// The rule's.
    package var name: String
    package var deed: HealthRule.Deed
    /// The counter grows no faster than it may again, or the rule is gone.
    package var isOver: Bool
    /// In words: counter, growth, bound, window.
    package var text: String

    package init(name: String, deed: HealthRule.Deed, isOver: Bool, text: String) {
        self.name = name
        self.deed = deed
        self.isOver = isOver
        self.text = text
    }
}

/// The service has ended because a health rule asks for a new start.
package struct HealthRestart: Error, Hashable, CustomStringConvertible {
    package var rule: String
    package var text: String

    package var description: String {
        """
        ended for a new start by the health rule \(rule): \(text). Where it comes again and again look for the cause \
        (docs/runbook.md), or write `do: degrade` for this rule
        """
    }
}
