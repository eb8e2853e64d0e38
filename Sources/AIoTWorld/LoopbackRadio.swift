package import AIoTBase
package import AIoTDevice
package import AIoTPhy
package import AIoTReader

/// A frame as it was on the simulated air, for captures and people.
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
}

/// A radio with simulated devices in front of it, in virtual time.
package protocol LoopbackRadio {
    /// Puts a frame on the air at `time` and listens where it makes devices answer.
    mutating func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome
    /// The carrier stays as it is until `time`.
    mutating func idle(until time: AirTime)
    /// The carrier is switched at `time`; off takes every device's volatile state.
    mutating func setCarrier(isOn: Bool, at time: AirTime)
    /// What the devices have spent since the start, all together.
    var deviceCost: ExchangeCost { get }
    /// Removes or returns one device, by its place in the population (a test or a demonstration does this).
    mutating func setPresent(_ isPresent: Bool, device index: Int)
}
