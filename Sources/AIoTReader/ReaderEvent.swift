package import AIoTBase
package import AIoTMac
package import AIoTPhy

/// Something that happened, told to the reader core.
package enum ReaderEvent: Sendable {
    /// The link to the AIoTF is connected; NG Setup comes next.
    case linkUp
    case linkDown
    /// An NGAP PDU, any octets.
    case receivedFromAIoTF([UInt8])
    /// The R2D frame `id` is on the air, and all D2R windows that it opened are over: one report for each expected
    /// burst, in order.
    case transmissionEnded(id: UInt64, reports: [OccasionReport])
    /// The carrier was interrupted: every device has lost its session.
    case carrierLost
}

/// An order of the reader core to its shell.
package enum ReaderOrder: Sendable {
    /// Carrier on, or off: off ends every device's session.
    case carrier(isOn: Bool)
    case transmit(R2DTransmission)
    /// An encoded NGAP PDU.
    case sendToAIoTF([UInt8])
    /// For people and counters; nothing depends on it.
    case notice(ReaderNotice)
}

/// One R2D frame and what it makes devices send.
package struct R2DTransmission: Hashable, Sendable {
    /// Counts transmissions since the start.
    package var id: UInt64
    package var message: R2DMessage
    /// The message as octets, without length and CRC.
    package var octets: [UInt8]
    /// M.
    package var chipsPerSymbol: Int
    /// What may come after it; empty when nothing is due.
    package var windows: AirSchedule.Windows

    /// Where bursts may come.
    package var expected: [ExpectedBurst] { windows.bursts }
}

/// Something worth showing.
package enum ReaderNotice: Hashable, Sendable {
    case roundStarted(TransactionID, round: Int, q: Int, acknowledged: Int)
    case deviceAcknowledged(TransactionID, count: Int)
    case inventoryComplete(TransactionID, acknowledged: Int, rounds: Int)
    /// A peer's fault or a late answer; counted in `ReaderCounters` too.
    case dropped(DropReason)
}

/// Why something that arrived was not acted on.
package enum DropReason: String, CaseIterable, Hashable, Sendable {
    /// An NGAP PDU that does not decode, or holds what this reader cannot take.
    case undecodableNGAP
    /// An NGAP message that does not fit the state of the link.
    case unexpectedNGAP
    /// A Command Request after its exchange had ended: it must never reach the air.
    case lateCommand
    /// A Command Request for a device that this reader never reported.
    case unknownDevice
    /// A burst with a right CRC that is no MAC message, or not the one that is due.
    case undecodableMAC
    /// Of two equal random IDs of one round neither is answered.
    case equalRandomIDs
    /// No AS ID was left for a device: it comes again at the next paging.
    case noASIDLeft
    /// An order of the core could not be encoded: a fault of ours.
    case unencodable
}

/// What a reader has counted since its start.
package struct ReaderCounters: Hashable, Sendable {
    package var rounds = 0
    package var idle = 0
    package var single = 0
    package var collided = 0
    package var accessResponses = 0
    package var acknowledged = 0
    package var nacked = 0
    package var dropped: [DropReason: Int] = [:]

    package var occasions: Int { idle + single + collided }
}
