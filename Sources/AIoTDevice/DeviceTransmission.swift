package import AIoTBase
package import AIoTMac
import AIoTPhy

/// A D2R burst that a device sends after an R2D frame.
package struct DeviceTransmission: Hashable, Sendable {
    /// The D2R message without CRC: a bare random ID, or upper layer data padded to its transport block.
    package var message: [UInt8]
    /// The shape of the burst, frequency position included.
    package var format: D2RBurstFormat
    /// Nominal start after the end of the R2D frame; the device's own clock stretches or shortens it.
    package var delay: AirDuration
    package var timePosition: Int
    package var frequencyPosition: Int
    /// The message is a bare random ID.
    package var isMsg1OfCBRA: Bool

    package init(
        message: [UInt8], format: D2RBurstFormat, delay: AirDuration, timePosition: Int = 0,
        frequencyPosition: Int = 0, isMsg1OfCBRA: Bool = false
    ) {
        self.message = message
        self.format = format
        self.delay = delay
        self.timePosition = timePosition
        self.frequencyPosition = frequencyPosition
        self.isMsg1OfCBRA = isMsg1OfCBRA
    }
}

/// Why a device does not answer an R2D message; counted.
package enum DeviceSilence: Hashable, Sendable {
    /// The octets are no R2D message.
    case undecodable(MACDecodingError)
    /// For another device or transaction, or not due.
    case notAddressed
    /// The paging did not pass (`PagingOutcome`).
    case paging(SilenceReason)
    /// The NAS PDU was not taken (`NASOutcome`).
    case nas(IgnoreReason)
    /// An exchange is under way: this message does not end it (`spec/1 "What repeats"`).
    case inExchange
    /// Acknowledged for this transaction and nonce1.
    case acknowledged
    /// The access mode that is not defined.
    case undefinedAccessMode
    /// A schedule that no device can follow, or none where one is needed.
    case badSchedule
    /// Sixteen access responses have gone out for this nonce1.
    case answersSpent
    /// Its occasion belongs to another trigger.
    case otherTrigger
    /// A segment of a PDU that is not there or has no such octets.
    case noSuchSegment
}
