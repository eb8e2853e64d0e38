import AIoTAccess
import Foundation
import Testing

@Suite struct RoundEvidenceTests {
    /// Of all ways in which `devices` can draw among `occasions`, the probability that the first `seen` of these hold
    /// exactly what is `wanted`, in an order of which there are `orders`.
    private func exact(devices: Int, occasions: Int, wanted: OccasionTally, capture: Double) -> Double {
        var draws = [Int](repeating: 0, count: devices)
        var sum = 0.0
        var ways = 0.0
        repeat {
            var held = [Int](repeating: 0, count: occasions)
            for draw in draws { held[draw] += 1 }
            var chance = 1.0
            for (place, count) in held.prefix(wanted.occasions).enumerated() {
                let heard = count == 0 ? 0 : (1..<count).reduce(1.0) { product, _ in product * capture }
                if place < wanted.idle {
                    chance *= count == 0 ? 1 : 0
                } else if place < wanted.idle + wanted.single {
                    chance *= heard
                } else {
                    chance *= count == 0 ? 0 : 1 - heard
                }
            }
            sum += chance
            ways += 1
        } while advance(&draws, base: occasions)
        return sum / ways
    }

    private func advance(_ digits: inout [Int], base: Int) -> Bool {
        for index in digits.indices {
            digits[index] += 1
            if digits[index] < base { return true }
            digits[index] = 0
        }
        return false
    }

    @Test(arguments: [0, 0.4, 0.8])
    func theLikelihoodIsThatOfAllDraws(capture: Double) {
        for (idle, single, collided) in [(1, 1, 1), (0, 2, 1), (2, 0, 1), (1, 2, 0), (0, 0, 2), (1, 1, 2)] {
            for devices in 1...6 {
                let tally = OccasionTally(idle: idle, single: single, collided: collided)
                let evidence = RoundEvidence(occasions: 4, tally: tally)
                var load = 0.0
                let logarithm = evidence.logLikelihood(backlog: devices, capture: capture, load: &load)
                let likelihood = exp(logarithm + evidence.constant(backlog: devices))
                let truth = exact(devices: devices, occasions: 4, wanted: tally, capture: capture)
                #expect(abs(likelihood - truth) <= 0.03 * truth, "\(tally) of \(devices)")
            }
        }
    }

    @Test(arguments: [0, 0.4, 0.8])
    func crowdsAreWithinReach(capture: Double) {
        for occasions in [1, 16, 2_048] {
            let tally = OccasionTally(collided: min(occasions, 4))
            let evidence = RoundEvidence(occasions: occasions, tally: tally)
            var load = 0.0
            let logarithm = evidence.logLikelihood(backlog: 20_000, capture: capture, load: &load)
            // All four collide: as good as certain but for captures, at 9.8 devices in each of 2,048.
            #expect(abs(logarithm + evidence.constant(backlog: 20_000)) < 1)
            #expect(abs(load * Double(occasions) / 20_000 - 1) < 0.01)
        }
    }

    @Test func whatCannotBeHasNoLikelihood() {
        var load = 0.0
        let seen = RoundEvidence(occasions: 4, tally: OccasionTally(single: 1, collided: 1))
        #expect(seen.logLikelihood(backlog: 2, capture: 0, load: &load) == -.infinity)
        let through = RoundEvidence(occasions: 2, tally: OccasionTally(idle: 1, single: 1))
        #expect(through.logLikelihood(backlog: 2, capture: 0, load: &load) == -.infinity)
    }
}
