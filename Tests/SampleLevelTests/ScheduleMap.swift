import AIoTBase
import AIoTMac
import AIoTPhy

/// What a listener knows of the bursts that R2D messages bring about (`spec/2 "Access"`).
struct ScheduleMap {
    private let profile: AirProfile
    private var pagings: [TransactionID: Paging] = [:]

    init(profile: AirProfile) { self.profile = profile }

    mutating func bursts(after octets: [UInt8]) -> [ExpectedBurst] {
        guard let message = try? R2DMessage(decoding: octets) else { return [] }
        switch message {
        case .paging(let paging):
            pagings[paging.transactionID] = paging
            return occasions(of: paging, trigger: 0)
        case .accessTrigger(let trigger):
            return pagings[trigger.transactionID].map { occasions(of: $0, trigger: Int(trigger.index)) } ?? []
        case .randomIDResponse(let response): return response.entries.map { burst(of: $0.schedule) }
        case .upperLayerData(let data): return data.schedule.map { [burst(of: $0)] } ?? []
        case .nackFeedback, .acknowledgement: return []
        }
    }

    private func occasions(of paging: Paging, trigger: Int) -> [ExpectedBurst] {
        if paging.access == .cfra { return [burst(of: paging.schedule)] }
        let frequencies = 1 << Int(paging.yCode)
        let perTrigger = frequencies << Int(paging.xCode)
        let left = 1 << Int(paging.q) - trigger * perTrigger
        return (0..<max(min(perTrigger, left), 0)).map { index in
            burst(of: paging.schedule, timePosition: index / frequencies, frequencyPosition: index % frequencies)
        }
    }

    private func burst(of schedule: Schedule, timePosition: Int = 0, frequencyPosition: Int = 0) -> ExpectedBurst {
        let format = D2RBurstFormat(
            rateCode: Int(schedule.rateCode),
            subcarrierPeriods: 1 << (Int(schedule.subcarrierCode) + frequencyPosition),
            fec: schedule.fec, repetition: schedule.repetition, midamble: schedule.midamble,
            transportBlockOctets: Int(schedule.transportBlockOctets))
        let delay =
            profile.d2rTurnaround + profile.startOffsetUnit * Int64(schedule.startOffset)
            + format.slotDuration(in: profile) * Int64(timePosition)
        return ExpectedBurst(
            format: format, delay: delay, timePosition: timePosition, frequencyPosition: frequencyPosition)
    }
}
