import Glibc

/// What a box and its antenna radiate, estimated from settings so that it errs high.
///
/// It is no measurement: boxes differ by some decibels, cables lose some, and neither is known. Where the limit is near, a
/// power meter tells.
package struct RadiatedPower: Hashable, Sendable {
    /// A kind of box that transmits.
    package enum Source: Hashable, Sendable, CaseIterable {
        case pluto
        case hackRF
    }

    package var source: Source
    /// As in `BoxSettings.transmitGainDB`.
    package var transmitGainDB: Int
    /// HackRF: as in `BoxSettings.hasAmplifier`.
    package var hasAmplifier = false
    /// Of the carrier, as part of full scale, 0 to 1.
    package var amplitude = 1.0
    /// Of amplifiers, attenuators (negative) and cables (negative) behind the box, dB.
    package var externalGainDB = 0.0
    /// Against an isotropic antenna, dBi.
    package var antennaGainDBi = 0.0

    package init(source: Source, transmitGainDB: Int) {
        self.source = source
        self.transmitGainDB = transmitGainDB
    }

    /// Equivalent isotropically radiated power, dBm; of an amplitude of 0 as low as a number can be.
    package var eirpDBm: Double {
        let part = amplitude.isFinite ? min(max(amplitude, 0), 1) : 1
        return outputDBm + 20 * log10(part) + externalGainDB + antennaGainDBi
    }

    /// What the box puts out at full scale near 900 MHz, dBm.
    ///
    /// Pluto: up to 8 dBm (AD9363, 800 MHz) without attenuation, and 2 dB for the spread of boxes (*ours*); each decibel of
    /// gain less is one less. HackRF: 15 dBm at most below 2 GHz (its maker's FAQ), reached with the amplifier, which gives
    /// 11 dB; near the top the stages saturate, so that the last 3 dB of gain are taken to change nothing (*ours*).
    private var outputDBm: Double {
        switch source {
        case .pluto:
            10 - Double(89 - min(max(transmitGainDB, 0), 89))
        case .hackRF:
            min(0, 3 - Double(47 - min(max(transmitGainDB, 0), 47))) + (hasAmplifier ? 15 : 4)
        }
    }
}
