import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTSecurity
import Testing

/// `spec/2 "Access"`, `"D2R MAC messages"`: what happens under an AS ID.
@Suite struct DeviceExchangeTests {
    @Test func theNetworkResponseIsAnsweredWithTheIDReport() throws {
        var reader = try ScriptedReader()
        let report = try reader.idReport()
        #expect(report.first == NASType.idReport.rawValue)
    }

    @Test func theSameNASPDUAgainBringsTheStoredResponse() throws {
        var reader = try ScriptedReader()
        let response = try reader.accessResponse()
        let network = try reader.networkResponse(to: response)
        let first = reader.send(network)
        #expect(first != nil)
        #expect(reader.send(network) == first)
    }

    @Test func dataForAnotherASIDOrTransactionIsIgnored() throws {
        var reader = try ScriptedReader()
        let network = try reader.networkResponse(to: try reader.accessResponse())
        #expect(reader.send(network, asID: ASID(8)) == nil)
        #expect(reader.send(network, asID: .none) == nil)
        #expect(reader.send(network, transaction: TransactionID(6)) == nil)
        #expect(reader.send(network, randomID: RandomID(0)) == nil)
        #expect(reader.device.silences == [.notAddressed: 4])
        #expect(reader.send(network) != nil)
    }

    @Test func aPDUWhoseReplyCouldNotLeaveIsNotProcessed() throws {
        var reader = try ScriptedReader()
        let network = try reader.networkResponse(to: try reader.accessResponse())
        #expect(reader.send(network, schedule: nil) == nil)
        #expect(reader.send(network, schedule: ScriptedReader.schedule(2)) == nil)
        #expect(reader.device.nas.waitsForNetworkResponse)
        #expect(reader.send(network) != nil)
    }

    // MARK: Segments

    @Test func aLongPDUGoesOutInSegmentsAndEachCanBeAskedForAgain() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        var data = try #require(reader.respond(to: [own], schedule: ScriptedReader.schedule(10)) as DeviceTransmission?)
            .data
        var received = data.sdu
        while data.moreData {
            #expect(data.sdu.count == 8)
            let count = UInt8(received.count)
            let next = reader.send(received: count, schedule: ScriptedReader.schedule(10))
            #expect(reader.send(received: count, schedule: ScriptedReader.schedule(10)) == next)
            data = try #require(next).data
            received += data.sdu
        }
        #expect(try NASAccessResponse(decoding: received).ares != nil)
        #expect(reader.send(received: 0, schedule: ScriptedReader.schedule(10)) != nil, "the first once more")
        #expect(reader.send(try reader.networkResponse(to: received)) != nil)
    }

    @Test func aSegmentThatIsNotThereIsMetWithSilence() throws {
        var reader = try ScriptedReader()
        let length = UInt8(try reader.accessResponse().count)
        #expect(reader.send(received: length) == nil)
        #expect(reader.send(received: 255) == nil)
        #expect(reader.device.silences[.noSuchSegment] == 2)
        #expect(reader.send(received: length - 1) != nil)
        #expect(reader.send([1], received: 0) == nil, "a request for a segment has no SDU")
        #expect(reader.send(received: 0, schedule: nil) == nil)
    }

    // MARK: Direct access

    @Test func inDirectAccessTheAnswerByRandomIDGivesTheASID() throws {
        var reader = try ScriptedReader()
        let (response, randomID) = try reader.directAnswer()
        #expect(reader.device.asID == nil)
        let network = try reader.networkResponse(to: response)
        #expect(reader.send(network) == nil, "it has no AS ID yet")
        #expect(reader.send(network, randomID: RandomID(randomID.value &+ 1)) == nil)
        #expect(reader.send(network, asID: .none, randomID: randomID) == nil)
        #expect(reader.send(network, randomID: randomID) != nil)
        #expect(reader.device.asID == ScriptedReader.asID)
        #expect(reader.send(network) != nil, "the same PDU under the AS ID")
    }

    @Test func aNetworkResponseOfSomebodyElseIsIgnoredAndItsASIDToo() throws {
        var reader = try ScriptedReader()
        let (response, randomID) = try reader.directAnswer()
        let network = try reader.networkResponse(to: response)
        var altered = network
        altered[8] ^= 1
        #expect(reader.send(altered, asID: ASID(9), randomID: randomID) == nil)
        #expect(reader.device.asID == nil)
        #expect(reader.device.silences == [.nas(.otherNRES): 1])
        #expect(reader.send(network, randomID: randomID) != nil, "it went on waiting")
    }

    @Test func whereNoNetworkResponseIsDueTheASIDComesAlone() throws {
        var reader = try ScriptedReader(ScriptedReader.deviceAuthentication)
        let (_, randomID) = try reader.directAnswer()
        #expect(reader.send(randomID: randomID, schedule: nil) == nil)
        #expect(reader.device.asID == ScriptedReader.asID)
        #expect(reader.acknowledge() == nil)
        #expect(reader.device.isAcknowledged)
    }

    @Test func inDirectAccessTheNextPagingEndsTheWaitForTheNetworkResponse() throws {
        var reader = try ScriptedReader()
        let (first, randomID) = try reader.directAnswer()
        let (second, _) = try reader.directAnswer()
        #expect(first != second)
        #expect(reader.send(try reader.networkResponse(to: first), randomID: randomID) == nil)
    }

    @Test func anASIDThatCameWithARequestForASegmentDoesNotProlongTheWait() throws {
        var reader = try ScriptedReader()
        let first = reader.page(.direct, schedule: ScriptedReader.schedule(20))
        let start = try #require(first).data.sdu
        let randomID = RandomID(UInt16(start[2]) << 8 | UInt16(start[3]))
        #expect(reader.send(randomID: randomID, received: UInt8(start.count)) != nil)
        #expect(reader.device.asID == ScriptedReader.asID)
        #expect(reader.device.nas.waitsForNetworkResponse)
        #expect(reader.page(.direct) != nil)
    }

    @Test func inCBRATheRandomIDDoesNotAddressData() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        let response = try #require(reader.respond(to: [own]) as DeviceTransmission?).pdu
        #expect(reader.send(try reader.networkResponse(to: response), randomID: own) == nil)
    }

    // MARK: Stale answers

    @Test func aStaleAnswerOfSeveralSegmentsIsSentToItsEndInDirectAccessToo() throws {
        var reader = try ScriptedReader(
            [.replayProtection, .deviceAuthentication, .networkAuthentication, .counterResynchronisation], counter: 9)
        let stale = try reader.world.paging(counter: 4)
        let first = reader.page(.direct, schedule: ScriptedReader.schedule(30), pdu: stale)
        var data = try #require(first).data
        var pdu = data.sdu
        #expect(data.moreData)
        let randomID = RandomID(UInt16(pdu[2]) << 8 | UInt16(pdu[3]))
        data = try #require(reader.send(randomID: randomID, received: UInt8(pdu.count)) as DeviceTransmission?).data
        pdu += data.sdu
        #expect(!data.moreData)
        #expect(try NASAccessResponse(decoding: pdu).flags == [.ares, .counter])
        #expect(reader.page(.direct, pdu: stale) != nil, "after it the device waits for nothing")
    }

    @Test func afterAStaleAnswerItTakesPartAtTheNextPaging() throws {
        var reader = try ScriptedReader(
            [.replayProtection, .networkAuthentication, .deviceAuthentication, .counterResynchronisation], counter: 9)
        reader.pagingPDU = try reader.world.paging(counter: 4)
        let first = try reader.accessResponse()
        #expect(try reader.accessResponse() != first)
    }

    @Test func aStaleAnswerWhoseSegmentsAreNotAskedForWaitsForNothingEither() throws {
        var reader = try ScriptedReader([.replayProtection, .counterResynchronisation], counter: 9)
        let stale = try reader.world.paging(counter: 4)
        let own = try #require(reader.page(pdu: stale) as DeviceTransmission?).randomID
        let first = reader.respond(to: [own], schedule: ScriptedReader.schedule(20))
        #expect(try #require(first).data.moreData)
        #expect(reader.page(pdu: stale) != nil)
    }

    // MARK: NACK Feedback

    @Test func nackFeedbackLeavesItToTheNextPaging() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        let response = try #require(reader.respond(to: [own]) as DeviceTransmission?).pdu
        let network = try reader.networkResponse(to: response)
        #expect(reader.nack(.asID(ASID(8))) == nil)
        #expect(reader.page() == nil, "that was for another device")
        #expect(reader.nack(.asID(ScriptedReader.asID)) == nil)
        #expect(reader.send(network) == nil)
        #expect(reader.respond(to: [own]) == nil)
        #expect(reader.page() != nil)
    }

    @Test func nackFeedbackByRandomIDWorksBeforeAndAfterTheASID() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        #expect(reader.nack(.randomID(RandomID(own.value &+ 1))) == nil)
        #expect(reader.nack(.randomID(own)) == nil)
        #expect(reader.respond(to: [own]) == nil)
        let (response, randomID) = try reader.directAnswer()
        #expect(reader.nack(.randomID(randomID)) == nil)
        #expect(reader.send(try reader.networkResponse(to: response), randomID: randomID) == nil)
    }
}
