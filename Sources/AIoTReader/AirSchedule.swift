import AIoTAccess
import AIoTBase
package import AIoTMac
package import AIoTPhy

/// Which D2R bursts an R2D message makes possible, and when (`spec/2 "Access"`, `"Timing"`).
///
/// A reader asks it for what it sends, a replay for what it hears: triggers are judged by their transaction's last
/// paging, so the value follows a stream of messages.
package struct AirSchedule: Sendable {
    /// The bursts that one message opens.
    package struct Windows: Hashable, Sendable {
        package var bursts: [ExpectedBurst] = []
        /// The access occasion of each burst, nil outside contention.
        package var occasions: [Int?] = []
        /// Whether the bursts are bare random IDs (Msg1 of CBRA).
        package var isMsg1OfCBRA = false

        package init(isMsg1OfCBRA: Bool = false) {
            self.isMsg1OfCBRA = isMsg1OfCBRA
        }
    }

    private let profile: AirProfile
    private let sampleRateHz: Double
    private var pagings: [TransactionID: Paging] = [:]

    /// - Parameter sampleRateHz: bursts that it cannot carry are left out.
    package init(profile: AirProfile, sampleRateHz: Double) {
        self.profile = profile
        self.sampleRateHz = sampleRateHz
    }

    /// Takes in `message` and says what may come after it.
    package mutating func windows(after message: R2DMessage) -> Windows {
        switch message {
        case .paging(let paging):
            pagings[paging.transactionID] = paging
            return occasions(of: paging, trigger: 0)
        case .accessTrigger(let trigger):
            guard let paging = pagings[trigger.transactionID], trigger.index > 0 else { return Windows() }
            return occasions(of: paging, trigger: Int(trigger.index))
        case .randomIDResponse(let response):
            return single(response.entries.map(\.schedule))
        case .upperLayerData(let data):
            return single(data.schedule.map { [$0] } ?? [])
        case .nackFeedback, .acknowledgement:
            return Windows()
        }
    }

    private func occasions(of paging: Paging, trigger: Int) -> Windows {
        switch paging.access {
        case .cfra: return trigger == 0 ? single([paging.schedule]) : Windows()
        case .reserved: return Windows()
        case .cbra, .direct: break
        }
        var schedule = paging.schedule
        let isMsg1 = paging.access == .cbra
        if isMsg1 { schedule.transportBlockOctets = 2 }
        var windows = Windows(isMsg1OfCBRA: isMsg1)
        let slot = schedule.burstFormat().slotDuration(in: profile)
        for position in AccessOccasions(of: paging).positions(ofTrigger: trigger) {
            let format = schedule.burstFormat(frequencyPosition: position.frequency)
            guard isReceivable(format) else { continue }
            windows.bursts.append(
                ExpectedBurst(
                    format: format, delay: delay(of: schedule) + slot * Int64(position.time),
                    timePosition: position.time, frequencyPosition: position.frequency))
            windows.occasions.append(position.occasion)
        }
        return windows
    }

    private func single(_ schedules: [Schedule]) -> Windows {
        var windows = Windows()
        for schedule in schedules where isReceivable(schedule.burstFormat()) {
            windows.bursts.append(ExpectedBurst(format: schedule.burstFormat(), delay: delay(of: schedule)))
            windows.occasions.append(nil)
        }
        return windows
    }

    private func isReceivable(_ format: D2RBurstFormat) -> Bool {
        format.transportBlockOctets > 0 && format.fits(sampleRateHz: sampleRateHz, in: profile)
    }

    private func delay(of schedule: Schedule) -> AirDuration {
        profile.d2rTurnaround + profile.startOffsetUnit * Int64(schedule.startOffset)
    }
}
