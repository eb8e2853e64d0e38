/// A frame on the simulated air, as a fault sees it before it arrives.
package struct FrameInFlight: Hashable, Sendable {
    package enum Direction: Hashable, Sendable {
        /// To every device.
        case r2d
        /// From the device of this index.
        case d2r(device: Int)
    }

    package var direction: Direction
    /// The MAC message without length and CRC.
    package var octets: [UInt8]
    /// Frames of the same direction that were on this air before.
    package var number: Int
}

/// What becomes of one frame, for tests that need it in one place and not by chance.
package enum FrameFault: Hashable, Sendable {
    /// Nobody hears anything of it.
    case lost
    /// It arrives with a wrong CRC: no device takes it, and the reader finds the burst undecodable.
    case corrupted
    /// It arrives as these octets with a right CRC, as an attacker would have it.
    case altered([UInt8])
}

/// Decides on each frame; nil lets it pass. It must depend on nothing but the frame, or a run cannot be repeated.
package typealias FaultPlan = @Sendable (FrameInFlight) -> FrameFault?
