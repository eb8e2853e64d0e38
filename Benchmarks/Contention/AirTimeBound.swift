import AIoTBase
import AIoTPhy
import Glibc

/// The least air time of an inventory of n devices with the whole secure procedure (`docs/air-time.md`): no reader that
/// keeps to the spec's guard times gets below it on average, whatever it knows.
struct AirTimeBound {
    /// Octets of the messages on the air.
    struct Sizes {
        var paging: Int
        /// The access response and the ID report with their headers.
        var answer: Int
        var report: Int
        /// The R2D Upper Layer Data with the network response.
        var response = 17
    }

    private let profile = AirProfile.oursV0
    let rateCode: Int
    let chipsPerSymbol: Int
    /// Y.
    let positions: Int
    let sizes: Sizes

    private func frame(_ octets: Int) -> Double {
        R2DCoding.frameSeconds(messageOctets: octets, chipsPerSymbol: chipsPerSymbol, in: profile)
    }

    private func format(_ octets: Int) -> D2RBurstFormat {
        D2RBurstFormat(rateCode: rateCode, subcarrierPeriods: 1, transportBlockOctets: octets)
    }

    /// From the end of a frame until the late end of the last of `slots` bursts, the next frame's earliest start.
    private func window(_ octets: Int, slots: Int = 1) -> Double {
        let burst = format(octets)
        let last = profile.d2rTurnaround.seconds + Double(slots - 1) * burst.slotDuration(in: profile).seconds
        return (last + burst.duration(in: profile).seconds) * profile.slotStretch
    }

    /// One occasion with its share of an Access Trigger, X being the largest there is: whether neighbours keep apart then
    /// is not asked here.
    var occasion: Double { (frame(3) + window(2, slots: 8)) / Double(8 * positions) }

    /// Occasions until `count` devices have each had one for themselves, if every device that is left took each occasion
    /// with the best probability that there is, one in those that are left.
    static func leastOccasions(_ count: Int) -> Double {
        (0..<count).reduce(0) { $0 + pow(1 - 1 / Double($1 + 1), -Double($1)) }
    }

    /// One paging instead of the first trigger, and one more with an occasion that tells that nobody is left.
    func contention(_ count: Int) -> Double {
        Self.leastOccasions(count) * occasion + frame(sizes.paging) - frame(3) + frame(sizes.paging) + window(2)
    }

    /// From a heard random ID to the acknowledged device, the best batches.
    var exchange: Double {
        let responses = (1...16).map { count in
            let rows = (count + positions - 1) / positions
            return (frame(2 + 7 * count) + consecutiveWindow(rows)) / Double(count)
        }
        return (responses.min() ?? 0) + network + acknowledgement
    }

    private var network: Double { frame(sizes.response) + window(sizes.report) }
    private var acknowledgement: Double { frame(18) / 16 }

    /// A window for Msg3 in `rows` start offsets that keep clocks of +/-2 % apart, with the guard of `T_slot`.
    private func consecutiveWindow(_ rows: Int) -> Double {
        let burst = format(sizes.answer).duration(in: profile).seconds
        let error = profile.largestClockError
        var start = profile.d2rTurnaround.seconds
        for _ in 1..<max(rows, 1) {
            start = ((start + burst) / (1 - error) + profile.slotGuard.seconds) * (1 + error)
        }
        return (start + burst) * profile.slotStretch
    }

    /// One device that is named, by CFRA: nothing but its exchange.
    var single: Double { frame(sizes.paging) + window(sizes.answer) + network + frame(3) }

    /// A group of `count`.
    func group(_ count: Int) -> Double { contention(count) + Double(count) * exchange }
}
