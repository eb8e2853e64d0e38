import AIoTPhy
import AIoTReader
import ReaderService
import Settings
import Transceiver

/// What a front end with boxes puts on the air, and the keys that say so.
struct Transmission: Sendable {
    /// As in `a pluto`.
    var box: String
    var frequencyHz: Int64
    var power: RadiatedPower
    /// As in `front-end.transmit-gain-db`.
    var gainKey: String

    /// Leaves a problem in the file for each rule that it would break.
    func check(_ daemon: DaemonConfiguration, in file: SettingsFile) {
        guard let region = daemon.region else {
            guard !file.root.has("region") else { return }
            let choices = Region.allCases.map(\.rawValue).filter { $0 != Region.screened.rawValue }
            return file.problem(
                at: "region",
                "\(box) transmits: write whose rules hold, region: \(choices.joined(separator: ", ")), or screened for a "
                    + "cable or a screened room")
        }
        let half = daemon.reader.r2dHalfBandwidthHz
        if let band = region.bandHz, frequencyHz - half < band.lowerBound || frequencyHz + half > band.upperBound {
            let lowest = (band.lowerBound + half) / 1_000 * 1_000
            let highest = (band.upperBound - half) / 1_000 * 1_000
            let channels = region.channelsHz.map { "\($0)" }.joined(separator: ", ")
            file.problem(
                at: "front-end.frequency-hz",
                "\(frequencyHz) with \(half) on each side is outside region \(region.rawValue): take \(lowest) to \(highest)"
                    + (channels.isEmpty ? "" : ", best a channel's centre: \(channels)"))
        }
        guard let most = daemon.reader.limits.maxEIRPdBm, power.eirpDBm > most else { return }
        let isRegion = region.maxEIRPdBm.map { $0 <= most } ?? false
        file.problem(
            at: gainKey,
            "about \(tenths(power.eirpDBm)) dBm EIRP would be radiated, above the \(tenths(most)) dBm of "
                + (isRegion ? "region \(region.rawValue)" : "limits.max-power-dbm") + ": lower it by "
                + "\(Int((power.eirpDBm - most).rounded(.up))) dB, or correct external-gain-db and antenna-gain-dbi")
    }

    private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

extension ReaderConfiguration {
    /// To the first zero of the spectrum of R2D: a chip's rate (*ours*).
    fileprivate var r2dHalfBandwidthHz: Int64 {
        Int64(profile.r2dSymbolRateHz) * Int64(chipsPerSymbol)
    }
}

extension RadiatedPower {
    /// Reads what lies behind the box: `external-gain-db` and `antenna-gain-dbi`.
    mutating func readAntenna(_ mapping: SettingsMapping) {
        externalGainDB = mapping.number("external-gain-db", in: -100...60, default: 0)
        antennaGainDBi = mapping.number("antenna-gain-dbi", in: -30...30, default: 0)
    }
}
