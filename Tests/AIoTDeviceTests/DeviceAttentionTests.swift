import AIoTBase
import AIoTDevice
import AIoTMac
import Testing

/// The short cut of the burst-level air must never keep a message from a device that it concerns.
@Suite struct DeviceAttentionTests {
    @Test func aMessageThatIsHeldBackWouldHaveChangedNothing() throws {
        var generator = SeededGenerator(seed: 5)
        var heldBack = 0
        for seed in UInt64(1)...120 {
            var reader = try ScriptedReader(
                seed % 2 == 0 ? ScriptedReader.networkAuthentication : ScriptedReader.deviceAuthentication, seed: seed)
            for _ in 0..<60 {
                let message = Self.message(&generator, reader)
                let before = DeviceAttention(of: reader.device)
                let state = String(reflecting: reader.device.asID) + String(reader.device.isAcknowledged)
                let answered = reader.device.receive(message) != nil
                guard !DeviceAttention.Addressees(of: message).include(before) else { continue }
                heldBack += 1
                #expect(!answered, "\(message)")
                #expect(DeviceAttention(of: reader.device) == before, "\(message)")
                #expect(String(reflecting: reader.device.asID) + String(reader.device.isAcknowledged) == state)
            }
        }
        #expect(heldBack > 1_000)
    }

    /// A message that is likely to hit what the device is doing.
    private static func message(_ generator: inout SeededGenerator, _ reader: ScriptedReader) -> R2DMessage {
        let transaction = generator.next() % 5 == 0 ? TransactionID(6) : ScriptedReader.transaction
        let asID = generator.next() % 2 == 0 ? ScriptedReader.asID : ASID(UInt8(generator.next() % 256))
        let randomID = DeviceAttention(of: reader.device).awaitedRandomID ?? RandomID(3)
        let schedule = ScriptedReader.schedule(UInt8(10 + generator.next() % 60))
        switch generator.next() % 8 {
        case 0:
            return .paging(ScriptedReader.paging(reader.pagingPDU, generator.next() % 2 == 0 ? .cbra : .direct, q: 1))
        case 1: return .accessTrigger(AccessTrigger(transactionID: transaction, index: UInt8(generator.next() % 3)))
        case 2, 3:
            let entry = RandomIDResponse.Entry(randomID: randomID, asID: asID, schedule: schedule)
            return .randomIDResponse(RandomIDResponse(transactionID: transaction, entries: [entry]))
        case 4:
            return .upperLayerData(
                R2DUpperLayerData(
                    transactionID: transaction, randomID: randomID, asID: asID, receivedOctets: 0, schedule: schedule))
        case 5:
            return .upperLayerData(
                R2DUpperLayerData(transactionID: transaction, asID: asID, receivedOctets: 8, schedule: schedule))
        case 6:
            let isByASID = generator.next() % 2 == 0
            return .nackFeedback(
                NACKFeedback(transactionID: transaction, addressee: isByASID ? .asID(asID) : .randomID(randomID)))
        default: return .acknowledgement(Acknowledgement(transactionID: transaction, asIDs: [ASID(200), asID]))
        }
    }
}
