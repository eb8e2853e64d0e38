package import AIoTBase
package import AIoTMac

/// One paging and its triggers: which occasions are open, what they held, whose random ID may be answered.
package struct AccessRound: Sendable {
    /// What one access occasion held, as the round sees it.
    package enum Outcome: Hashable, Sendable {
        case idle
        case collided
        /// A message with a right CRC; the random ID is the one of Msg1, or the head of nonce2 in direct access.
        case heard(RandomID)
    }

    package let occasions: AccessOccasions
    /// Devices acknowledged in the transaction before this round.
    package let acknowledgedBefore: Int
    package private(set) var tally = OccasionTally()
    /// Index of the trigger whose occasions are open or were open last; 0 = the paging.
    package private(set) var trigger = 0
    private var seen: Set<RandomID> = []

    package init(of paging: Paging, acknowledgedBefore: Int) {
        occasions = AccessOccasions(of: paging)
        self.acknowledgedBefore = acknowledgedBefore
    }

    /// The positions of the trigger at hand.
    package var openPositions: [AccessOccasions.Position] { occasions.positions(ofTrigger: trigger) }

    /// Occasions that no trigger has opened yet.
    package var occasionsLeft: Int {
        occasions.count - min(occasions.count, (trigger + 1) * occasions.positionsPerTrigger)
    }

    /// The index of the next Access Trigger; nil when the round is through.
    package mutating func nextTrigger() -> UInt8? {
        guard trigger + 1 < occasions.triggerCount, let index = UInt8(exactly: trigger + 1) else { return nil }
        trigger += 1
        return index
    }

    /// Takes in what the open occasions held, in the order of `openPositions`.
    /// - Returns: the tally of these occasions, and for each outcome the random ID that may be answered: of two equal
    ///   random IDs of one round neither is (`spec/2 "Access"`).
    package mutating func record(_ outcomes: [Outcome]) -> (tally: OccasionTally, answerable: [RandomID?]) {
        var counts: [RandomID: Int] = [:]
        var open = OccasionTally()
        for outcome in outcomes {
            switch outcome {
            case .idle: open.idle += 1
            case .collided: open.collided += 1
            case .heard(let id):
                open.single += 1
                counts[id, default: 0] += 1
            }
        }
        let answerable = outcomes.map { outcome -> RandomID? in
            guard case .heard(let id) = outcome, counts[id] == 1, !seen.contains(id) else { return nil }
            return id
        }
        seen.formUnion(counts.keys)
        tally += open
        return (open, answerable)
    }
}
