import AIoTBase

/// Whose rules for the air a reader is set up for.
///
/// The program keeps the limits of time and power that it is able to keep. It does **not** see to the channel raster
/// (`channelsHz` is told, not enforced), to spectrum masks, spurious emissions or frequency hopping: simple boxes have no
/// filters, and the operator answers for the conformity of the whole station.
package enum Region: String, CaseIterable, Sendable {
    /// ETSI EN 302 208, 865 to 868 MHz: 2 W ERP in four channels of 200 kHz; at most 4 s at a time, then 100 ms off.
    case eu865 = "eu-865"
    /// ETSI EN 302 208, 915 to 921 MHz: 4 W ERP in four channels of 400 kHz, of which countries need not allow the fourth,
    /// or any; at most 4 s at a time, then 100 ms off.
    case eu915 = "eu-915"
    /// FCC 47 CFR 15.247, 902 to 928 MHz: 36 dBm EIRP (1 W into 6 dBi), and on one channel no more than 0.4 s in 20 s. This
    /// program does not hop, so the one channel that it uses is all it has; the rule wants hopping over 50 channels.
    case us902 = "us-902"
    /// A cable or a screened room: nothing is radiated, and nothing limited.
    case screened

    /// Where the carrier may lie, Hz; nil: anywhere.
    package var bandHz: ClosedRange<Int64>? {
        switch self {
        case .eu865: 865_000_000...868_000_000
        case .eu915: 915_000_000...921_000_000
        case .us902: 902_000_000...928_000_000
        case .screened: nil
        }
    }

    /// Centres of the channels that high power is for, Hz; empty where the rules leave them to the user.
    package var channelsHz: [Int64] {
        switch self {
        case .eu865: [865_700_000, 866_300_000, 866_900_000, 867_500_000]
        case .eu915: [916_300_000, 917_500_000, 918_700_000, 919_900_000]
        case .us902, .screened: []
        }
    }

    /// Maximum radiated power, equivalent isotropic (EIRP), dBm; nil: nothing is radiated.
    package var maxEIRPdBm: Double? {
        switch self {
        case .eu865: Self.eirpDBm(erpDBm: 33.01)  // 2 W
        case .eu915: Self.eirpDBm(erpDBm: 36.02)  // 4 W
        case .us902: 36
        case .screened: nil
        }
    }

    /// EIRP of what has an effective radiated power against a half-wave dipole (ERP), which has 2.15 dBi.
    package static func eirpDBm(erpDBm: Double) -> Double { erpDBm + 2.15 }

    package var limits: AirLimits {
        var limits = AirLimits()
        limits.maxEIRPdBm = maxEIRPdBm
        switch self {
        case .eu865, .eu915:
            limits.longestCarrier = .milliseconds(4_000)
            limits.shortestPause = .milliseconds(100)
        case .us902:
            limits.dutyCycles = [.init(share: 0.02, window: .milliseconds(20_000))]
        case .screened: break
        }
        return limits
    }
}
