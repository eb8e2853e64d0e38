package import AIoTBase

extension D2RBurstFormat {
    /// Channel bits per second.
    package func bitRateHz(in profile: AirProfile) -> Double {
        profile.d2rBaseBitRateHz * Double(1 << min(max(rateCode, 0), 15))
    }

    /// Message bits with their CRC.
    package func informationBits(in profile: AirProfile) -> Int {
        let bits = transportBlockOctets * 8
        return bits + profile.crc(forInformationBits: bits).width
    }

    /// Bits after coding and repetition, midambles not counted.
    package func codedBits(in profile: AirProfile) -> Int {
        informationBits(in: profile) * (fec ? profile.fecGenerators.count : 1) * (repetition ? 2 : 1)
    }

    /// All bits on the air: preamble, coded bits and midambles.
    package func channelBits(in profile: AirProfile) -> Int {
        let coded = codedBits(in: profile)
        let midambles = midamble ? (coded - 1) / profile.d2rMidambleSpacing : 0
        return profile.d2rPreamble.count + coded + midambles * profile.d2rMidamble.count
    }

    /// Nominal length of the burst on the air.
    package func duration(in profile: AirProfile) -> AirDuration {
        AirDuration(seconds: Double(channelBits(in: profile)) / bitRateHz(in: profile))
    }

    /// `T_slot`: from one time position to the next (`spec/2 "Timing"`).
    package func slotDuration(in profile: AirProfile) -> AirDuration {
        AirDuration(seconds: duration(in: profile).seconds * profile.slotStretch) + profile.slotGuard
    }

    /// Whether a receiver at `sampleRateHz` can hear the burst: R * bit rate up to a quarter of the sample rate.
    package func fits(sampleRateHz: Double, in profile: AirProfile) -> Bool {
        Double(subcarrierPeriods) * bitRateHz(in: profile) <= sampleRateHz / 4
    }
}
