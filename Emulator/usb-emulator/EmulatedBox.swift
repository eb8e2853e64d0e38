import EmulatedAir

/// A box as its host sees it on USB, and as the air sees it; all calls come under the lock of the bench.
protocol EmulatedBox: AnyObject {
    var identity: USBIdentity { get }
    /// Formats and directions, for the air.
    var airBox: AirBox { get }
    var counts: BoxCounters { get set }
    var firmware: Firmware { get set }
    /// It restarts, so that it leaves the bus and comes back.
    var wantsToRestart: Bool { get set }
    /// What the host has set, for `stats`.
    var settings: [String: String] { get }

    func control(_ request: ControlRequest) -> ControlAnswer
    func submitted(_ transfer: HostTransfer)
    func cancelled(_ urb: UInt64)
    /// Halts an endpoint (every transfer is refused), or clears its halt.
    func setHalted(_ endpoint: UInt8, _ isHalted: Bool)
    /// As after power on: nothing streams.
    func reset()

    /// Whether it sends samples, and whether it takes some.
    var isTransmitting: Bool { get }
    var isReceiving: Bool { get }
    /// Octets that it has for the air, and octets that it can take from it without a loss.
    var readyOctets: Int { get }
    var freeOctets: Int { get }
    /// Fills the next octets for the air; what the host has not sent is zero and an underrun.
    func transmit(into buffer: UnsafeMutableRawBufferPointer)
    /// Takes the next octets from the air.
    func receive(_ octets: UnsafeRawBufferPointer)
    /// What is due by the clock.
    func settle(_ now: ContinuousClock.Instant)
    /// Forgets samples of the receiver, as a box does that had no place for them.
    func lose(octets: Int)
    /// Sends zeros although the host has sent samples, which come later: an underrun.
    func starve(octets: Int)
    /// Another box has started to stream: one that waits for that starts with the same sample.
    func trigger()
}

extension EmulatedBox {
    func settle(_ now: ContinuousClock.Instant) {}
    func trigger() {}
}

/// What runs on a box.
enum Firmware: String {
    case right
    /// Made for another box: no driver should take it.
    case wrong
    /// From before the box counted what it lost.
    case old
}

/// What a box has done, for `stats`.
struct BoxCounters: Encodable {
    var transmittedSamples: Int64 = 0
    var receivedSamples: Int64 = 0
    /// Times that the host had not sent enough, and samples that were zero for it.
    var underruns = 0
    var underrunSamples: Int64 = 0
    /// Samples that had no place.
    var droppedSamples: Int64 = 0
    var transfers = 0
    var controlRequests = 0
    var stalls = 0
    var resets = 0
}
