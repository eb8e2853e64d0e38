import NGAP
import Testing

@testable import ReaderTrace

@Suite struct CommandGlanceTests {
    private static let devices: [UInt32] = [0, 1, 0xFF, 0x100, 0xFFFF, 0x1_0000, 0xFF_FFFF, 0x100_0000, .max]

    private func pdus(_ device: UInt32, _ correlation: Int, identifier: [UInt8], nasPDU: [UInt8]) -> [NGAPPDU] {
        let session = AIoTSessionName(aiotfIdentifier: identifier, correlationIdentifier: correlation)
        return [
            .commandRequest(
                CommandRequest(session: session, ranDeviceNGAPID: device, nasPDU: nasPDU, expectedD2RMsgSize: 20)),
            .commandRequest(CommandRequest(session: session, ranDeviceNGAPID: device, nasPDU: nasPDU)),
            .commandResponse(CommandResponse(session: session, ranDeviceNGAPID: device, nasPDU: nasPDU)),
            .commandFailure(CommandFailure(session: session, ranDeviceNGAPID: device, cause: .noAIoTNASResponse)),
        ]
    }

    @Test func aGlanceTellsWhatTheDecoderDoes() throws {
        for device in Self.devices {
            for correlation in [0, 255, 256, 65_535] {
                for (identifier, count) in [([0xA1], 0), ([UInt8](repeating: 7, count: 32), 9), ([0xA1], 240)] {
                    let nasPDU = [UInt8](repeating: 0xAB, count: count)
                    for pdu in pdus(device, correlation, identifier: identifier, nasPDU: nasPDU) {
                        let glance = CommandGlance(try pdu.encoded())
                        #expect(glance != nil)
                        #expect(glance == CommandGlance(pdu))
                    }
                }
            }
        }
    }

    @Test func whatIsCutOffOrChangedTrapsNothingAndIsNoOtherMessage() throws {
        let whole = try #require(pdus(0x1_0000, 3, identifier: [0xA1], nasPDU: [1, 2, 3]).first).encoded()
        for count in 0..<whole.count { #expect(CommandGlance([UInt8](whole.prefix(count))) == nil) }
        for place in whole.indices {
            for bit in 0..<8 {
                var octets = whole
                octets[place] ^= 1 << bit
                guard let glance = CommandGlance(octets), let pdu = try? NGAPPDU(decoding: octets) else { continue }
                #expect(glance == CommandGlance(pdu), "octet \(place), bit \(bit)")
            }
        }
    }
}
