package import AIoTBase
package import AIoTPhy

/// A frame as it was on the air, for captures and people.
package struct AirFrame: Hashable, Sendable {
    package enum Direction: Hashable, Sendable {
        case r2d(chipsPerSymbol: Int)
        case d2r(D2RBurstFormat, BurstMeasurement, occasion: Int?, isMsg1OfCBRA: Bool)
    }

    package var direction: Direction
    /// The MAC message without CRC.
    package var octets: [UInt8]
    package var start: AirTime
    package var duration: AirDuration

    package init(direction: Direction, octets: [UInt8], start: AirTime, duration: AirDuration) {
        self.direction = direction
        self.octets = octets
        self.start = start
        self.duration = duration
    }

    package var isR2D: Bool {
        if case .r2d = direction { true } else { false }
    }
}

/// What came of one transmission.
package struct RadioOutcome: Sendable {
    /// When the last window that the frame opened is over.
    package var end: AirTime
    /// One for each expected burst of the transmission.
    package var reports: [OccasionReport]
    /// The R2D frame, then what was heard, in order of time.
    package var frames: [AirFrame]

    package init(end: AirTime, reports: [OccasionReport], frames: [AirFrame]) {
        self.end = end
        self.reports = reports
        self.frames = frames
    }
}
