import AIoTBase
import NGAP
import Testing

/// IEs that are missing, unknown or there twice, put together octet by octet.
@Suite struct NGAPContainerTests {
    private typealias Entry = (id: Int, criticality: UInt8, value: String)

    private let identifier: Entry = (467, 0, "01d2")
    private let correlation: Entry = (466, 0, "000001")
    private let responseTransfer: Entry = (457, 0, "0403000001")
    private let deviceID: Entry = (472, 0, "0007")
    private let cause: Entry = (15, 1, "8a")

    private func container(_ entries: [Entry]) throws -> [UInt8] {
        var octets: [UInt8] = [0, 0, UInt8(entries.count)]
        for (id, criticality, value) in entries {
            let value = try #require(Hex.decoded(value))
            octets += [UInt8(id >> 8), UInt8(id & 0xFF), criticality << 6, UInt8(value.count)] + value
        }
        return octets
    }

    private func transfer(_ id: Int, _ entries: [Entry]) throws -> Entry {
        let inner = try container(entries)
        return (id, 0, Hex.encoded([UInt8(inner.count)] + inner))
    }

    private func pdu(_ entries: [Entry]) throws -> [UInt8] { try pdu(0x20, 82, entries) }

    private func pdu(_ kind: UInt8, _ procedure: UInt8, _ entries: [Entry]) throws -> [UInt8] {
        let body = try container(entries)
        return [kind, procedure, 0, UInt8(body.count)] + body
    }

    @Test func anUnknownIEIsHandledByItsCriticality() throws {
        let known = [identifier, correlation, responseTransfer]
        let plain = try NGAPPDU(decoding: pdu(known))
        let ignored = try NGAPPDU.decode(pdu(known + [(999, 1, "00")]))
        #expect(ignored.pdu == plain)
        #expect(ignored.notified == [])
        let notified = try NGAPPDU.decode(pdu([(999, 2, "00")] + known))
        #expect(notified.pdu == plain)
        #expect(notified.notified == [.init(criticality: .notify, id: 999, typeOfError: 0)])
        #expect(throws: NGAPDecodingError.unknownIE(999)) { try NGAPPDU(decoding: pdu(known + [(999, 0, "00")])) }
    }

    @Test func anUnknownIEInsideATransferIsHandledByItsCriticality() throws {
        func command(_ extra: [Entry]) throws -> [UInt8] {
            try pdu(0, 85, [identifier, correlation, transfer(463, [correlation, cause] + extra)])
        }
        #expect(try NGAPPDU.decode(command([(999, 1, "00")])).notified == [])
        let expected = CriticalityDiagnostics.Item(criticality: .notify, id: 999, typeOfError: 0)
        #expect(try NGAPPDU.decode(command([(999, 2, "00")])).notified == [expected])
        #expect(throws: NGAPDecodingError.unknownIE(999)) { try NGAPPDU(decoding: command([(999, 0, "00")])) }
    }

    @Test func theListOfIEsToNotifyOfIsBounded() throws {
        var body: [UInt8] = [0, 1, 0x2F]
        for entry in [identifier, correlation, responseTransfer] {
            let value = try #require(Hex.decoded(entry.value))
            body += [UInt8(entry.id >> 8), UInt8(entry.id & 0xFF), 0, UInt8(value.count)] + value
        }
        for _ in 0..<300 { body += [0x03, 0xE7, 0x80, 1, 0] }
        let octets = [0x20, 82, 0, 0x80 | UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
        #expect(try NGAPPDU.decode(octets).notified.count == CriticalityDiagnostics.itemLimit)
    }

    @Test func aMissingIEIsAnError() throws {
        let entries = [identifier, correlation, responseTransfer]
        for left in entries.indices {
            var some = entries
            some.remove(at: left)
            #expect(throws: NGAPDecodingError.missingIE(entries[left].id)) { try NGAPPDU(decoding: pdu(some)) }
        }
    }

    @Test func anIEMissingInsideATransferIsAnError() throws {
        let inner: [Entry] = [correlation, deviceID, (474, 0, "011c")]
        for left in inner.indices {
            var some = inner
            some.remove(at: left)
            let octets = try pdu(0, 84, [identifier, correlation, deviceID, transfer(460, some)])
            #expect(throws: NGAPDecodingError.missingIE(inner[left].id)) { try NGAPPDU(decoding: octets) }
        }
        let release = try pdu(0, 85, [identifier, correlation, transfer(463, [cause])])
        #expect(throws: NGAPDecodingError.missingIE(466)) { try NGAPPDU(decoding: release) }
    }

    @Test func anIETwiceIsAnError() throws {
        let octets = try pdu([identifier, correlation, correlation, responseTransfer])
        #expect(throws: NGAPDecodingError.repeatedIE(466)) { try NGAPPDU(decoding: octets) }
    }

    @Test func extensionsOfATransferAreReadPast() throws {
        // Preamble 1 (additions) 0 (no diagnostics) 1 (iE-Extensions), the correlation, one extension field, and one
        // addition of one octet.
        let transferOctets: [UInt8] =
            [0b1010_0000, 0x00, 0x01] + [0x00, 0x00, 0x00, 0x2A, 0x40, 0x01, 0xFF] + [0b0000_0001, 0x01, 0x05]
        let entry: Entry = (457, 0, Hex.encoded([UInt8(transferOctets.count)] + transferOctets))
        let octets = try pdu([identifier, correlation, entry])
        let session = AIoTSessionName(aiotfIdentifier: [0xD2], correlationIdentifier: 1)
        #expect(try NGAPPDU(decoding: octets) == .inventoryResponse(InventoryResponse(session: session)))
        #expect(throws: NGAPDecodingError.truncated) {
            let cut = Hex.encoded([UInt8(transferOctets.count - 1)] + transferOctets.dropLast())
            _ = try NGAPPDU(decoding: pdu([identifier, correlation, (457, 0, cut)]))
        }
    }

    @Test func proceduresAndMessagesThatAreNotUsedHereAreNamed() throws {
        #expect(throws: NGAPDecodingError.unknownMessage(procedure: 14)) { try NGAPPDU(decoding: pdu(0, 14, [])) }
        #expect(throws: NGAPDecodingError.unknownMessage(procedure: 83)) { try NGAPPDU(decoding: pdu(0x20, 83, [])) }
        #expect(throws: NGAPDecodingError.unusedChoice) { try NGAPPDU(decoding: pdu(0x80, 82, [])) }
    }
}
