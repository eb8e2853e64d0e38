import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTSecurity
import Testing

/// `spec/2 "Access"` (Acknowledgement) and `spec/1 "What repeats"` (waiting, carrier loss).
@Suite struct DeviceAcknowledgementTests {
    @Test func anAcknowledgementBeforeItsMessageIsNotTaken() throws {
        var reader = try ScriptedReader()
        let response = try reader.accessResponse()
        #expect(reader.acknowledge() == nil)
        #expect(!reader.device.isAcknowledged, "the ID report has not gone out")
        #expect(reader.send(try reader.networkResponse(to: response)) != nil)
        #expect(reader.acknowledge([ASID(1), ASID(2)]) == nil)
        #expect(reader.acknowledge(transaction: TransactionID(6)) == nil)
        #expect(!reader.device.isAcknowledged)
        #expect(reader.acknowledge([ASID(1), ScriptedReader.asID]) == nil)
        #expect(reader.device.isAcknowledged)
    }

    @Test func anAcknowledgementBeforeTheLastSegmentIsNotTaken() throws {
        var reader = try ScriptedReader(ScriptedReader.deviceAuthentication)
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        let first = try #require(
            reader.respond(to: [own], schedule: ScriptedReader.schedule(20)) as DeviceTransmission?
        ).data
        #expect(first.moreData)
        #expect(reader.acknowledge() == nil)
        #expect(!reader.device.isAcknowledged)
        #expect(reader.send(received: UInt8(first.sdu.count)) != nil)
        #expect(reader.acknowledge() == nil)
        #expect(reader.device.isAcknowledged)
    }

    @Test func anAcknowledgedDeviceIsSilentForThisTransactionAndNonce1Only() throws {
        var reader = try ScriptedReader()
        _ = try reader.idReport()
        _ = reader.acknowledge()
        #expect(reader.page() == nil)
        #expect(reader.page(.cfra, asID: ScriptedReader.asID) == nil)
        #expect(reader.device.silences[.acknowledged] == 2)
        #expect(reader.page(transaction: TransactionID(6)) != nil, "the same nonce1 in another transaction")
    }

    @Test func anotherNonce1OfTheSameTransactionIsAnswered() throws {
        var reader = try ScriptedReader()
        _ = try reader.idReport()
        _ = reader.acknowledge()
        #expect(reader.page(pdu: try reader.world.paging(counter: 1)) != nil)
    }

    @Test func aForgedPageDoesNotMakeAnAcknowledgedDeviceAnswerTheRealOneAgain() throws {
        var reader = try ScriptedReader()
        _ = try reader.idReport()
        _ = reader.acknowledge()
        #expect(reader.page(pdu: try reader.world.paging(.all)) != nil)
        #expect(reader.page() == nil)
    }

    @Test func anAcknowledgedDeviceStillTakesCommandsUnderItsASID() throws {
        var reader = try ScriptedReader()
        let response = try reader.accessResponse()
        let keys = try reader.world.keys(for: response, to: reader.pagingPDU)
        var session = NetworkSession(keys: keys)
        #expect(reader.send(session.networkResponse()) != nil)
        _ = reader.acknowledge()
        #expect(reader.send(received: 0) == nil, "what was acknowledged has arrived")
        #expect(reader.nack(.asID(ScriptedReader.asID)) == nil)
        let command = try session.command(.read(offset: 0, length: 30))
        let first = try #require(reader.send(command, schedule: ScriptedReader.schedule(20)) as DeviceTransmission?)
            .data
        #expect(first.moreData)
        #expect(reader.send(received: UInt8(first.sdu.count)) != nil)
        #expect(reader.device.asID == ScriptedReader.asID)
    }

    @Test func withoutAnAcknowledgementItTakesPartAgain() throws {
        for profile in [ScriptedReader.networkAuthentication, ScriptedReader.deviceAuthentication] {
            var reader = try ScriptedReader(profile)
            let response = try reader.accessResponse()
            if profile.contains(.networkAuthentication) {
                #expect(reader.send(try reader.networkResponse(to: response)) != nil)
            }
            let again = try reader.accessResponse()
            #expect(again != response)
            #expect(reader.acknowledge() == nil)
            #expect(reader.device.isAcknowledged, "its last message went out in the exchange before")
        }
    }

    @Test func oneNonce1IsAnsweredAtMostSixteenTimes() throws {
        var reader = try ScriptedReader(ScriptedReader.deviceAuthentication)
        for _ in 0..<20 { _ = reader.page() }
        for _ in 0..<16 { _ = try reader.accessResponse() }
        #expect(reader.page() == nil, "random IDs do not count, access responses do")
        #expect(reader.device.silences[.paging(.answersSpent)] == 1)
    }

    // MARK: Waiting

    @Test func aDeviceInAnExchangeIgnoresPagingsAndTriggersOfItsTransaction() throws {
        var reader = try ScriptedReader()
        let network = try reader.networkResponse(to: try reader.accessResponse())
        #expect(reader.page() == nil)
        #expect(reader.page(.direct) == nil)
        #expect(reader.page(.cfra, asID: ScriptedReader.asID) == nil, "it did not come by CFRA")
        #expect(reader.trigger(1) == nil)
        #expect(reader.device.silences == [.inExchange: 4])
        #expect(reader.send(network) != nil)
    }

    @Test func aDeviceWhoseSegmentsAreNotAllAskedForIgnoresPagings() throws {
        var reader = try ScriptedReader(ScriptedReader.deviceAuthentication)
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        #expect(reader.respond(to: [own], schedule: ScriptedReader.schedule(20)) != nil)
        #expect(reader.page() == nil)
        #expect(reader.send(received: 18) != nil)
        #expect(reader.page() != nil)
    }

    @Test func anotherNonce1OfTheTransactionEndsTheWaitAddressedOrNot() throws {
        var reader = try ScriptedReader()
        let network = try reader.networkResponse(to: try reader.accessResponse())
        var other = try ScriptedReader(seed: 9)
        let foreign = try other.world.paging()
        #expect(reader.page(pdu: foreign) == nil)
        #expect(reader.send(network) == nil)
        #expect(reader.page() != nil)
    }

    @Test func aPagingOfAnotherTransactionEndsTheWaitOnlyIfItIsAnswered() throws {
        var reader = try ScriptedReader()
        let network = try reader.networkResponse(to: try reader.accessResponse())
        var other = try ScriptedReader(seed: 9)
        #expect(reader.page(transaction: TransactionID(6), pdu: try other.world.paging()) == nil)
        #expect(reader.page(.reserved, transaction: TransactionID(6), pdu: try reader.world.paging(counter: 1)) == nil)
        #expect(reader.send(network) != nil, "it went on waiting")
        var second = try ScriptedReader()
        let lost = try second.networkResponse(to: try second.accessResponse())
        #expect(second.page(transaction: TransactionID(6), pdu: try second.world.paging(counter: 1)) != nil)
        #expect(second.send(lost) == nil)
    }

    @Test func thePagedNonce1WithOtherOctetsEndsNothing() throws {
        var reader = try ScriptedReader()
        let forged = Array(reader.pagingPDU.prefix(17))
        let (response, randomID) = try reader.directAnswer()
        #expect(reader.page(.direct, pdu: forged) == nil)
        #expect(reader.device.silences == [.paging(.otherOctets): 1])
        #expect(reader.send(try reader.networkResponse(to: response), randomID: randomID) != nil)
    }

    @Test func aForgedAllDevicesPageDoesNotLockADeviceOut() throws {
        var reader = try ScriptedReader()
        _ = try reader.accessResponse()
        #expect(reader.page(pdu: try reader.world.paging(.all)) != nil)
        _ = try reader.idReport()
        _ = reader.acknowledge()
        #expect(reader.device.isAcknowledged)
    }

    // MARK: Carrier and noise

    @Test func carrierLossLeavesOnlyTheNonVolatilePart() throws {
        var reader = try ScriptedReader(window: 3)
        let network = try reader.networkResponse(to: try reader.accessResponse())
        reader.device.carrierLost()
        #expect(reader.send(network) == nil)
        #expect(reader.page() == nil, "its counter has been spent")
        #expect(reader.device.nonVolatile.counter == 1)
        #expect(reader.page(pdu: try reader.world.paging(counter: 1)) != nil)
    }

    @Test func octetsThatAreNoMessageAreCountedAndNeverTrap() throws {
        var reader = try ScriptedReader()
        #expect(reader.device.receive(octets: []) == nil)
        #expect(reader.device.receive(octets: [0xF0, 1]) == nil)
        #expect(reader.device.silences == [.undecodable(.truncated): 1, .undecodable(.unknownType(15)): 1])
        var generator = SeededGenerator(seed: 3)
        let network = try reader.networkResponse(to: try reader.accessResponse())
        for _ in 0..<20_000 {
            var octets = generator.octets(Int(generator.next() % 40))
            if !octets.isEmpty { octets[0] = UInt8(generator.next() % 6) << 4 | 5 }
            _ = reader.device.receive(octets: octets)
        }
        _ = network
        #expect(reader.device.silences.values.reduce(0, +) > 10_000)
    }

    @Test func theSameSeedGivesTheSameOctets() throws {
        func run() throws -> [[UInt8]] {
            var reader = try ScriptedReader(seed: 77)
            let response = try reader.accessResponse()
            return [
                response,
                try #require(reader.send(try reader.networkResponse(to: response)) as DeviceTransmission?).message,
            ]
        }
        #expect(try run() == run())
    }
}
