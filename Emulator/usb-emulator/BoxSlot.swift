import EmulatedAir
import Foundation

/// A box on the bench: what is plugged in, what is wrong with it, and what has been seen of it.
struct BoxSlot {
    let box: any EmulatedBox
    let airBox: AirBox
    /// Its address on the bus while it is plugged in.
    var address: Int?
    /// A client has it open and has sent something.
    var isOpen = false
    /// It neither gives nor takes samples, and says nothing about it.
    var isSilent = false
    /// Control requests are refused.
    var refusesControl = false
    /// It streamed when the air last moved.
    var wasStreaming = false
    /// Answers to control requests are this late.
    var controlDelay = Duration.zero
    var delayed: [(due: ContinuousClock.Instant, transfer: HostTransfer)] = []
    /// When the firmware comes back after a reset that the host asked for.
    var replug: ContinuousClock.Instant?
    /// The number of the last sample on the air that was not zero, and when that was.
    var lastNonZero: (sample: Int64, time: ContinuousClock.Instant)?
    /// Takes what is on the air.
    var tap: FileHandle?

    init(_ box: any EmulatedBox) {
        self.box = box
        airBox = box.airBox
    }

    var isPluggedIn: Bool { address != nil }
    var transmits: Bool { isPluggedIn && !isSilent && box.isTransmitting }
    var receives: Bool { isPluggedIn && !isSilent && box.isReceiving }
    var isStreaming: Bool { isPluggedIn && (box.isTransmitting || box.isReceiving) }
}
