import EmulatedAir
import Glibc
import Transceiver

/// A HackRF One with firmware of API version 1.06 (`spec/6`).
final class EmulatedHackRF: EmulatedBox {
    enum Mode: UInt16 {
        case off = 0
        case receive = 1
        case transmit = 2
    }

    /// The USB buffer of the firmware, two blocks of 16 KiB. Transmission starts when it is full.
    static let bufferOctets = 32_768
    static let receiveEndpoint: UInt8 = 0x81
    static let transmitEndpoint: UInt8 = 0x02

    let serial: String
    let bed: TestBed
    var counts = BoxCounters()
    var firmware = Firmware.right
    var wantsToRestart = false
    var mode = Mode.off
    var setup = Setup()
    /// The transmit buffer has been full once since the mode was set.
    private var hasStarted = false
    private var isStarved = false
    private var moved: UInt32 = 0
    private var shortfalls = 0
    private var longestShortfall = 0
    private var received = InPipe(capacity: bufferOctets)
    private var sent = OutPipe(capacity: bufferOctets, isRunning: false)
    private var octetsToLose = 0
    private var octetsToStarve = 0
    /// Another box has started, or it does not wait for one.
    private var isTriggered = true

    /// What requests have set.
    struct Setup {
        var sampleRateHz: Double?
        var filterHz: UInt32?
        var frequencyHz: UInt64?
        var lnaGainDB: UInt16?
        var vgaGainDB: UInt16?
        var transmitGainDB: UInt16?
        var hasAmplifier = false
        var hasAntennaPower = false
        var waitsForTrigger = false
    }

    /// - Parameter serial: hexadecimal digits, at most 32; zeros are put in front.
    init(serial: String, bed: TestBed) {
        self.serial = String(repeating: "0", count: max(0, 32 - serial.count)) + serial.lowercased()
        self.bed = bed
    }

    var identity: USBIdentity {
        USBIdentity(
            vendor: 0x1d50, product: 0x6089, release: firmware == .right ? 0x0106 : 0x0102,
            strings: ["Great Scott Gadgets", "HackRF One", "Transceiver", serial], manufacturerIndex: 1,
            productIndex: 2, serialIndex: 4, configurationIndex: 3,
            interfaces: [.init(endpoints: [Self.receiveEndpoint, Self.transmitEndpoint])])
    }

    var airBox: AirBox {
        AirBox("HackRF One \(serial.suffix(8))", transmitFormat: .ci8, receiveFormat: .ci8)
    }

    func submitted(_ transfer: HostTransfer) {
        switch transfer.endpoint {
        case Self.receiveEndpoint: received.submit(transfer, bed)
        case Self.transmitEndpoint:
            sent.submit(transfer, bed)
            if sent.count >= Self.bufferOctets { hasStarted = true }
        default: bed.complete(transfer.urb, status: -EPIPE)
        }
    }

    func cancelled(_ urb: UInt64) {
        received.cancel(urb)
        sent.cancel(urb)
    }

    func setHalted(_ endpoint: UInt8, _ isHalted: Bool) {
        if endpoint == Self.receiveEndpoint {
            received.isHalted = isHalted
            if isHalted { received.fail(-EPIPE, bed) }
        } else if endpoint == Self.transmitEndpoint {
            sent.isHalted = isHalted
            if isHalted { sent.fail(-EPIPE, bed) }
        }
    }

    func reset() {
        set(.off)
        setup = Setup()
        received = InPipe(capacity: Self.bufferOctets)
        sent = OutPipe(capacity: Self.bufferOctets, isRunning: false)
    }

    func set(_ mode: Mode) {
        self.mode = mode
        received.drain()
        isTriggered = !setup.waitsForTrigger
        guard mode != .off else { return sent.stop() }
        // What was counted stays until the next stream begins.
        hasStarted = sent.count >= Self.bufferOctets
        isStarved = false
        moved = 0
        shortfalls = 0
        longestShortfall = 0
        if mode == .transmit { sent.start(bed) }
    }

    // MARK: - The air

    var isTransmitting: Bool { mode == .transmit && hasStarted && isTriggered }
    var isReceiving: Bool { mode == .receive && isTriggered }
    var readyOctets: Int { sent.count }
    var freeOctets: Int { received.freeOctets }

    func transmit(into buffer: UnsafeMutableRawBufferPointer) {
        let starved = min(octetsToStarve, buffer.count)
        octetsToStarve -= starved
        let taken = sent.take(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(buffer.count - starved)]), bed)
        counts.transmittedSamples += Int64(buffer.count / 2)
        moved &+= UInt32(truncatingIfNeeded: taken)
        guard taken < buffer.count else {
            isStarved = false
            return
        }
        let missing = buffer.count - taken
        UnsafeMutableRawBufferPointer(rebasing: buffer[taken...]).initializeMemory(as: UInt8.self, repeating: 0)
        counts.underrunSamples += Int64(missing / 2)
        longestShortfall = isStarved ? longestShortfall + missing : max(longestShortfall, missing)
        if !isStarved {
            shortfalls += 1
            counts.underruns += 1
        }
        isStarved = true
    }

    func receive(_ octets: UnsafeRawBufferPointer) {
        let lost = min(octetsToLose, octets.count)
        octetsToLose -= lost
        let before = received.dropped
        received.put(UnsafeRawBufferPointer(rebasing: octets[lost...]), bed)
        let dropped = received.dropped - before
        counts.receivedSamples += Int64((octets.count - lost - dropped) / 2)
        moved &+= UInt32(truncatingIfNeeded: octets.count - lost - dropped)
        if lost + dropped > 0 {
            counts.droppedSamples += Int64((lost + dropped) / 2)
            shortfalls += 1
            longestShortfall = max(longestShortfall, lost + dropped)
        }
    }

    func lose(octets: Int) { octetsToLose += octets }
    func starve(octets: Int) { octetsToStarve += octets }
    func trigger() { isTriggered = true }

    /// The state of the core that moves samples, ten words of 32 bits: requested mode and flag, active mode, octets moved
    /// by either core, shortfalls, the longest, limit, threshold, next mode, error.
    var coreState: [UInt8] {
        let active: UInt32 =
            switch mode {
            case .off: 0
            case .receive: 2
            case .transmit: hasStarted ? 4 : 3
            }
        let words: [UInt32] = [
            active, active, moved, moved, UInt32(truncatingIfNeeded: shortfalls),
            UInt32(truncatingIfNeeded: longestShortfall), 0, 0, 0, 0,
        ]
        return words.flatMap(\.octets)
    }
}
