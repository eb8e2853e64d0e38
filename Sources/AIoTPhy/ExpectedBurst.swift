package import AIoTBase

/// One place where a D2R burst may come: what an R2D frame schedules, in terms of the air alone.
package struct ExpectedBurst: Hashable, Sendable {
    package var format: D2RBurstFormat
    /// Nominal start of the burst after the end of the R2D frame (the end of its postamble).
    package var delay: AirDuration
    /// Time position within the trigger, 0 ..< X.
    package var timePosition: Int
    /// Frequency position, 0 ..< Y; already part of the format's R.
    package var frequencyPosition: Int

    package init(format: D2RBurstFormat, delay: AirDuration, timePosition: Int = 0, frequencyPosition: Int = 0) {
        self.format = format
        self.delay = delay
        self.timePosition = timePosition
        self.frequencyPosition = frequencyPosition
    }

    /// When a device with the slowest clock has ended this burst, after the end of the R2D frame.
    package func latestEnd(in profile: AirProfile) -> AirDuration {
        AirDuration(seconds: (delay + format.duration(in: profile)).seconds * profile.longestStretch)
    }
}

/// What the receiver measured on a burst (`spec/4 "Frames: pcapng"`).
package struct BurstMeasurement: Hashable, Sendable {
    /// SNR per bit in dB (`spec/2 "What the receiver hears"`).
    package var snrDB: Double
    /// Power of the modulated part relative to the carrier leak, dB.
    package var powerDB: Double
    /// The device's clock error e, positive = fast.
    package var clockError: Double
    /// Common frequency offset, Hz.
    package var carrierOffsetHz: Double
    /// Another device was heard in the same place.
    package var isCollided: Bool

    package init(
        snrDB: Double, powerDB: Double, clockError: Double, carrierOffsetHz: Double, isCollided: Bool = false
    ) {
        self.snrDB = snrDB
        self.powerDB = powerDB
        self.clockError = clockError
        self.carrierOffsetHz = carrierOffsetHz
        self.isCollided = isCollided
    }
}

/// A D2R burst that came out of the demodulator.
package struct ReceivedBurst: Hashable, Sendable {
    /// The D2R message, padding included, without CRC.
    package var octets: [UInt8]
    package var crcRight: Bool
    /// First edge of the preamble.
    package var start: AirTime
    /// Length as received.
    package var duration: AirDuration
    package var measurement: BurstMeasurement

    package init(
        octets: [UInt8], crcRight: Bool, start: AirTime, duration: AirDuration, measurement: BurstMeasurement
    ) {
        self.octets = octets
        self.crcRight = crcRight
        self.start = start
        self.duration = duration
        self.measurement = measurement
    }
}

/// What an access occasion, or the place of a scheduled burst, turned out to hold.
package enum OccasionReport: Hashable, Sendable {
    /// Nothing rose out of the noise.
    case idle
    /// A burst whose CRC is right, and as far as can be told nothing else.
    case decoded(ReceivedBurst)
    /// More than one device answered; the bursts that could be read all the same, at least one, the strongest first.
    case collision([ReceivedBurst])
    /// Energy was there, but no burst with a right CRC: a collision or a corrupted burst.
    case undecodable

    /// The bursts that were read, the strongest first.
    package var bursts: [ReceivedBurst] {
        switch self {
        case .idle, .undecodable: []
        case .decoded(let burst): [burst]
        case .collision(let bursts): bursts
        }
    }

    /// The same report with each burst changed.
    package func mapBursts(_ change: (inout ReceivedBurst) -> Void) -> OccasionReport {
        func changed(_ burst: ReceivedBurst) -> ReceivedBurst {
            var burst = burst
            change(&burst)
            return burst
        }
        return switch self {
        case .idle, .undecodable: self
        case .decoded(let burst): .decoded(changed(burst))
        case .collision(let bursts): .collision(bursts.map(changed))
        }
    }
}
