import AIoTBase
import AIoTMac
import AIoTPhy

/// Bursts of several devices after one R2D message: side by side in frequency, one after the other in time.
extension AirPlan {
    /// Subcarrier codes for bursts like `schedule` at one time, its own first.
    ///
    /// Where the reader has Y frequency positions for Msg1 it has the band for as many Msg3 (*ours*): a Random ID Response
    /// gives each device a SCHED of its own, and with it a subcarrier. The code has two bits (`spec/2 "R2D MAC messages"`).
    func parallelCodes(like schedule: Schedule) -> [UInt8] {
        let codes = schedule.subcarrierCode...3
        return codes.prefix(1 << configuration.frequencyCode).filter { code in
            var placed = schedule
            placed.subcarrierCode = code
            return code == schedule.subcarrierCode
                || placed.burstFormat().fits(sampleRateHz: configuration.sampleRateHz, in: profile)
        }
    }

    /// Schedules for `count` bursts of one shape of which no two can meet, the first as `schedule` has it; fewer where 16
    /// bits of start offset cannot tell so many.
    func schedules(count: Int, like schedule: Schedule) -> [Schedule] {
        let codes = parallelCodes(like: schedule)
        var schedules: [Schedule] = []
        var offset: UInt16? = schedule.startOffset
        while schedules.count < count, let current = offset {
            for code in codes.prefix(count - schedules.count) {
                var placed = schedule
                placed.subcarrierCode = code
                placed.startOffset = current
                schedules.append(placed)
            }
            offset = offsetAfterBurst(at: current, schedule)
        }
        return schedules
    }

    /// The least start offset at which the fastest device begins later than the slowest has ended that began at `offset`.
    private func offsetAfterBurst(at offset: UInt16, _ schedule: Schedule) -> UInt16? {
        let burst = schedule.burstFormat().duration(in: profile).seconds
        let latestEnd = (delaySeconds(offset) + burst) / (1 - profile.largestClockError)
        let start = (latestEnd + profile.slotGuard.seconds) * (1 + profile.largestClockError)
        let units = (start - profile.d2rTurnaround.seconds) / profile.startOffsetUnit.seconds
        return UInt16(exactly: units.rounded(.up))
    }

    /// Air time of a Random ID Response to 1, 2, ... 16 devices with the Msg3 after it, as far as start offsets can tell
    /// them; the first is for one device.
    func responseCosts(answer schedule: Schedule) -> [AirDuration] {
        schedules(count: MACLimits.listEntries, like: schedule).enumerated().map { index, last in
            let burst = ExpectedBurst(
                format: last.burstFormat(), delay: AirDuration(seconds: delaySeconds(last.startOffset)))
            return frameDuration(octets: RandomIDResponse.octets(entries: index + 1)) + burst.latestEnd(in: profile)
        }
    }

    /// How many of `waiting` devices the next Random ID Response is for, so that all of them take the least air time.
    ///
    /// One message for many saves frames, but the longer a device waits the more its clock may be off, so that start
    /// offsets grow: which weighs more depends on the length of the burst.
    func firstBatch(of waiting: Int, atMost limit: Int, costs: [AirDuration]) -> Int {
        let largest = min(limit, costs.count)
        guard waiting > 0, largest > 0 else { return 0 }
        var best: [(time: AirDuration, first: Int)] = [(.zero, 0)]
        for count in 1...waiting {
            let options = (1...min(count, largest)).map { first in
                (time: costs[first - 1] + best[count - first].time, first: first)
            }
            best.append(options.min { $0.time < $1.time } ?? (.zero, 1))
        }
        return best[waiting].first
    }
}
