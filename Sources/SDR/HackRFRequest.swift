import USBTransport

/// A vendor request of a HackRF (`spec/6 "HackRF One"`), all of them to the device itself.
struct HackRFRequest: Hashable, Sendable {
    var setup: USBSetup
    /// To the device; empty where the value says all.
    var data: [UInt8] = []
    /// Octets of the answer; 0: a request to the device.
    var length = 0

    /// What the transceiver does.
    enum Mode: UInt16 {
        case off = 0
        case receive = 1
        case transmit = 2
    }

    static func mode(_ mode: Mode) -> Self { toDevice(1, value: mode.rawValue) }

    static func sampleRate(_ rate: HackRFSampleRate) -> Self {
        toDevice(6, data: littleEndian(rate.hertz) + littleEndian(rate.divider))
    }

    static func basebandFilter(hertz: UInt32) -> Self {
        toDevice(7, value: UInt16(truncatingIfNeeded: hertz), index: UInt16(truncatingIfNeeded: hertz >> 16))
    }

    static let boardID = fromDevice(14, length: 1)
    static let version = fromDevice(15, length: 255)

    static func frequency(hertz: UInt64) -> Self {
        toDevice(
            16,
            data: littleEndian(UInt32(truncatingIfNeeded: hertz / 1_000_000)) + littleEndian(UInt32(hertz % 1_000_000)))
    }

    static func amplifier(_ isOn: Bool) -> Self { toDevice(17, value: isOn ? 1 : 0) }
    static let partIDAndSerial = fromDevice(18, length: 24)
    // The gains come back as 1, or as 0 where the device refuses them.
    static func lnaGain(_ decibels: UInt16) -> Self { fromDevice(19, index: decibels, length: 1) }
    static func vgaGain(_ decibels: UInt16) -> Self { fromDevice(20, index: decibels, length: 1) }
    static func transmitVGAGain(_ decibels: UInt16) -> Self { fromDevice(21, index: decibels, length: 1) }
    static func antennaPower(_ isOn: Bool) -> Self { toDevice(23, value: isOn ? 1 : 0) }
    /// API 1.02 and up.
    static func hardwareSync(_ isOn: Bool) -> Self { toDevice(29, value: isOn ? 1 : 0) }
    /// Starts the firmware anew; API 1.02 and up.
    static let reset = toDevice(30)
    /// API 1.06 and up.
    static let m0State = fromDevice(41, length: M0State.octets)

    private static func toDevice(_ request: UInt8, value: UInt16 = 0, index: UInt16 = 0, data: [UInt8] = []) -> Self {
        Self(setup: USBSetup(requestType: 0x40, request: request, value: value, index: index), data: data)
    }

    private static func fromDevice(_ request: UInt8, index: UInt16 = 0, length: Int) -> Self {
        Self(setup: USBSetup(requestType: 0xC0, request: request, index: index), length: length)
    }

    private static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
    }
}
