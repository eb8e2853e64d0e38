import Transceiver
import USBTransport

/// What a HackRF says of itself.
package struct HackRFIdentity: Hashable, Sendable {
    /// bcdDevice: 0x0106 is API 1.06.
    package var api: UInt16
    package var boardID: UInt8
    /// Of the firmware: "2023.01.1".
    package var version: String
    /// Of the microcontroller.
    package var partID: [UInt32]
    /// 32 hexadecimal digits.
    package var serial: String

    /// The API from which the firmware knows hardware synchronization and reset.
    static let apiOfSync: UInt16 = 0x0102
    /// The API from which it counts shortfalls.
    static let apiOfShortfalls: UInt16 = 0x0106
    /// What its maker advises against old firmware.
    static let flash = "flash firmware 2023.01.1 or later with hackrf_spiflash -w hackrf_one_usb.bin, then reset it"

    /// "1.06".
    package var apiText: String { USBDescription.text(ofRelease: api) }

    init(
        of device: USBDescription, boardID: [UInt8], version: [UInt8], partIDAndSerial: [UInt8]
    ) throws(TransceiverFailure) {
        // 2 is a HackRF One, 4 its revision 9; others (Jawbreaker 1, rad1o 3) have other stages and filters.
        guard boardID == [2] || boardID == [4] else {
            throw TransceiverFailure(
                .unsupported,
                "the HackRF at \(device.place) gives its board as \(boardID), not as HackRF One (2 or 4): \(Self.flash)"
            )
        }
        guard partIDAndSerial.count == 24 else {
            throw TransceiverFailure(
                .unsupported,
                "the HackRF at \(device.place) gives \(partIDAndSerial.count) octets for its serial number, not 24: "
                    + Self.flash)
        }
        let words = (0..<6).map { place in
            partIDAndSerial[4 * place..<4 * place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        api = device.release
        self.boardID = boardID[0]
        self.version = String(decoding: version.prefix { $0 != 0 }, as: UTF8.self)
        partID = Array(words[..<2])
        serial = words[2...].map { $0.digits(8, radix: 16) }.joined()
    }
}
