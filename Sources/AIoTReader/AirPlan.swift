import AIoTAccess
import AIoTBase
import AIoTMac
import AIoTPhy

/// Turns the reader's configuration into schedules and frame shapes.
struct AirPlan: Sendable {
    let configuration: ReaderConfiguration

    var profile: AirProfile { configuration.profile }

    /// How long an exchange waits for the AIoTF.
    var budget: AirDuration { .milliseconds(Int64(configuration.exchangeBudgetMilliseconds)) }

    /// How a device sends a message of `octets`, as early as the reader's minimum turnaround lets it.
    func schedule(transportBlockOctets octets: Int) -> Schedule {
        Schedule(
            rateCode: UInt8(truncatingIfNeeded: configuration.rateCode),
            subcarrierCode: UInt8(truncatingIfNeeded: configuration.subcarrierCode), fec: configuration.fec,
            repetition: configuration.repetition, midamble: configuration.midamble,
            transportBlockOctets: UInt8(clamping: octets), startOffset: leastStartOffset)
    }

    /// The start offset with which a burst is due at the minimum turnaround.
    private var leastStartOffset: UInt16 {
        let unit = profile.startOffsetUnit.nanoseconds
        let least = Int64(min(max(configuration.minTurnaroundMilliseconds, 0), 60_000)) * 1_000_000
        let units = (least - profile.d2rTurnaround.nanoseconds + unit - 1) / unit
        return UInt16(clamping: units)
    }

    /// Nominal start of the earliest burst after the end of its frame, in seconds.
    func delaySeconds(_ startOffset: UInt16) -> Double {
        (profile.d2rTurnaround + profile.startOffsetUnit * Int64(startOffset)).seconds
    }

    /// The transport block for a NAS PDU of `expectedD2RMsgSize` octets: min(n + 2, 255) (`spec/3a`).
    static func transportBlockOctets(expectedD2RMsgSize: Int) -> Int {
        min(max(expectedD2RMsgSize, 0) + D2RUpperLayerData.headerOctets, 255)
    }

    /// X and Y of a round with 2^q occasions whose Msg1 has `schedule`.
    ///
    /// Time positions save triggers, but each adds to the time over which two clocks drift apart: X is the largest for
    /// which a slow device in one position cannot meet a fast one in the next, and grows past that only where
    /// 2^q / (X * Y) would exceed 256.
    func positions(q: Int, schedule: Schedule) -> (xCode: UInt8, yCode: UInt8) {
        let yCode = min(configuration.frequencyCode, q)
        var xCode = 0
        while xCode < 3, xCode + yCode < q, neighboursKeepApart(timePositions: 2 << xCode, schedule: schedule) {
            xCode += 1
        }
        while xCode < 3, q - xCode - yCode > 8 { xCode += 1 }
        return (UInt8(xCode), UInt8(yCode))
    }

    private func neighboursKeepApart(timePositions: Int, schedule: Schedule) -> Bool {
        let format = schedule.burstFormat()
        let burst = format.duration(in: profile).seconds
        let slot = format.slotDuration(in: profile).seconds
        let lastButOne = delaySeconds(schedule.startOffset) + Double(timePositions - 2) * slot
        return (lastButOne + burst) / (1 - profile.largestClockError)
            <= (lastButOne + slot) / (1 + profile.largestClockError)
    }
}
