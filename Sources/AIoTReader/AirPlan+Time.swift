import AIoTBase
import AIoTMac
import AIoTPhy

/// How long things take on the air; what has to be known before a frame is sent is never told too short.
extension AirPlan {
    /// Air time of an R2D frame with a message of `octets` octets.
    func frameDuration(octets: Int) -> AirDuration {
        AirDuration(
            seconds: R2DCoding.frameSeconds(
                messageOctets: octets, chipsPerSymbol: configuration.chipsPerSymbol, in: profile))
    }

    /// From the start of a frame until the last of its windows is over.
    func duration(octets: Int, windows: AirSchedule.Windows) -> AirDuration {
        let windows = windows.bursts.map { $0.latestEnd(in: profile) }.max() ?? profile.d2rTurnaround
        return frameDuration(octets: octets) + windows
    }

    /// The same of a frame of which only the length is known, with bursts of `schedule` in so many time positions.
    func duration(octets: Int, schedule: Schedule, timePositions: Int = 1) -> AirDuration {
        let format = schedule.burstFormat()
        let delay = profile.d2rTurnaround + profile.startOffsetUnit * Int64(schedule.startOffset)
        let last = delay + format.slotDuration(in: profile) * Int64(timePositions)
        return frameDuration(octets: octets) + AirDuration(seconds: last.seconds * profile.longestStretch)
    }

    /// A paging or a trigger, whichever is longer, with as many time positions as there can be.
    func occasionsDuration(pagingOctets: Int, msg1 schedule: Schedule) -> AirDuration {
        duration(octets: pagingOctets, schedule: schedule, timePositions: 8)
    }

    /// What one device's exchange takes after its Msg1: response, message, and where the AIoTF sends a command, that and
    /// its answer, then the acknowledgement (*ours*: an estimate, as commands differ in length).
    func exchangeDuration(answer schedule: Schedule, hasFollowOn: Bool, overhead: AirDuration) -> AirDuration {
        let response = duration(octets: 10, schedule: schedule) + overhead
        let command = hasFollowOn ? duration(octets: 40, schedule: schedule) + overhead : .zero
        return response + command + frameDuration(octets: 18) + overhead
    }

    /// How long an exchange may be expected to wait for the AIoTF where the carrier may be on for `stretch` at most
    /// (*ours*: an eighth of that).
    static func allowance(of stretch: AirDuration, budget: AirDuration) -> AirDuration {
        min(budget, AirDuration(nanoseconds: stretch.nanoseconds / 8))
    }

    /// What one device of a group takes, its paging and messages of common size, where the carrier may be on for
    /// `stretch`.
    func leastCarrier(of stretch: AirDuration) -> AirDuration {
        let answer = schedule(transportBlockOctets: 64)
        let msg1 = configuration.accessMode == .direct ? answer : schedule(transportBlockOctets: 2)
        return occasionsDuration(pagingOctets: 70, msg1: msg1)
            + exchangeDuration(answer: answer, hasFollowOn: true, overhead: .zero)
            + Self.allowance(of: stretch, budget: budget)
    }
}
