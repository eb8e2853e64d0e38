package import AIoTBase
package import AIoTMac

/// One paging and its triggers: which occasions are open, what they held, whose random ID may be answered.
package struct AccessRound: Sendable {
    /// What one access occasion held, as the round sees it.
    package enum Outcome: Hashable, Sendable {
        case idle
        /// Several devices, or one that was not to be read; with the random IDs that could be read all the same.
        case collided(read: [RandomID])
        /// A message with a right CRC; the random ID is the one of Msg1, or the head of nonce2 in direct access.
        case heard(RandomID)

        var randomIDs: [RandomID] {
            switch self {
            case .idle: []
            case .collided(let read): read
            case .heard(let id): [id]
            }
        }
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
    /// - Returns: the tally of these occasions, and the random IDs that may be answered: of two equal random IDs of one
    ///   round neither is (`spec/2 "Access"`).
    package mutating func record(_ outcomes: [Outcome]) -> (tally: OccasionTally, answerable: Set<RandomID>) {
        var counts: [RandomID: Int] = [:]
        var open = OccasionTally()
        for outcome in outcomes {
            switch outcome {
            case .idle: open.idle += 1
            case .collided(let read):
                open.collided += 1
                open.recovered += read.count
            case .heard: open.single += 1
            }
            for id in outcome.randomIDs { counts[id, default: 0] += 1 }
        }
        let answerable = Set(counts.filter { $0.value == 1 && !seen.contains($0.key) }.keys)
        seen.formUnion(counts.keys)
        tally += open
        return (open, answerable)
    }
}
