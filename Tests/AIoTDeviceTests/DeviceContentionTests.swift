import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import Testing

/// `spec/2 "Access"`: occasions, random IDs and what answers them.
@Suite struct DeviceContentionTests {
    @Test(arguments: [UInt8(0), 1, 3, 5])
    func itAnswersExactlyOnceInARoundAtThePlaceOfItsDraw(q: UInt8) throws {
        var places: Set<[Int]> = []
        for seed in UInt64(1)...60 {
            var reader = try ScriptedReader(seed: seed)
            var answers: [(trigger: Int, DeviceTransmission)] = []
            if let burst = reader.page(q: q, xCode: 1, yCode: 1) { answers.append((0, burst)) }
            for index in 1...UInt8(15) {
                if let burst = reader.trigger(index) { answers.append((Int(index), burst)) }
            }
            let (trigger, burst) = try #require(answers.first)
            #expect(answers.count == 1)
            let k = trigger * 4 + burst.timePosition * 2 + burst.frequencyPosition
            #expect(k < 1 << q, "occasion \(k) is none of 2^\(q)")
            #expect(burst.format.subcarrierPeriods == 2 << burst.frequencyPosition)
            let slot = burst.format.slotDuration(in: .oursV0)
            #expect(burst.delay == .microseconds(250) + slot * Int64(burst.timePosition))
            places.insert([trigger, burst.timePosition, burst.frequencyPosition])
        }
        #expect(places.count == min(1 << q, places.count) && places.count >= (1 << q) * 3 / 4)
    }

    @Test func theDrawIsUniform() throws {
        var counts = [Int](repeating: 0, count: 8)
        for seed in UInt64(0)..<800 {
            var reader = try ScriptedReader(seed: seed)
            var trigger = reader.page(q: 3) == nil ? nil : 0
            for index in 1...UInt8(7) where reader.trigger(index) != nil { trigger = Int(index) }
            counts[try #require(trigger)] += 1
        }
        // 100 expected each, standard deviation 9.4.
        #expect(counts.allSatisfy { (60...140).contains($0) }, "\(counts)")
    }

    @Test func everyRoundHasANewDrawARandomIDAndANewNonce2() throws {
        var reader = try ScriptedReader(ScriptedReader.deviceAuthentication)
        var randomIDs: Set<RandomID> = []
        var nonces: Set<Nonce> = []
        for _ in 0..<16 {
            let msg1 = reader.page()
            let id = try #require(msg1).randomID
            let msg3 = reader.respond(to: [id])
            randomIDs.insert(id)
            nonces.insert(try NASAccessResponse(decoding: try #require(msg3).pdu).nonce2)
        }
        #expect(randomIDs.count > 14 && nonces.count == 16)
    }

    @Test func msg1OfCBRAHasTwoOctetsWhateverTheTransportBlock() throws {
        var reader = try ScriptedReader()
        let msg1 = try #require(reader.page(schedule: ScriptedReader.schedule(0)) as DeviceTransmission?)
        #expect(msg1.message.count == 2 && msg1.format.transportBlockOctets == 2)
        #expect(msg1.isMsg1OfCBRA)
    }

    @Test func theStartOffsetDelaysTheBurstInUnitsOfFiftyMicroseconds() throws {
        var reader = try ScriptedReader()
        let msg1 = try #require(reader.page(schedule: ScriptedReader.schedule(2, offset: 3)) as DeviceTransmission?)
        #expect(msg1.delay == .microseconds(400))
    }

    @Test func anEntryOfSeveralIsFoundAndItsScheduleFollowed() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        let others = [RandomID(own.value &+ 1), RandomID(own.value &+ 2)]
        let msg3 = reader.respond(to: others + [own], schedule: ScriptedReader.schedule(90, offset: 2))
        let burst = try #require(msg3)
        #expect(reader.device.asID == ASID(9))
        #expect(burst.message.count == 90 && burst.delay == .microseconds(350))
        #expect(burst.frequencyPosition == 0 && burst.format.subcarrierPeriods == 2)
    }

    @Test func itIsSilentWhereItsRandomIDIsNotListed() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        #expect(reader.respond(to: [RandomID(own.value &+ 1)]) == nil)
        #expect(reader.respond(to: [own], transaction: TransactionID(6)) == nil)
        #expect(reader.respond(to: [own], asID: .none) == nil, "AS ID 0 is reserved")
        #expect(reader.respond(to: [own]) != nil, "the round is not over yet")
    }

    @Test func aLaterTriggerLeavesARandomIDUnresolved() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        #expect(reader.trigger(1) == nil)
        #expect(reader.respond(to: [own]) == nil)
        #expect(reader.page() != nil, "it takes part again at the next paging")
    }

    @Test func theSameTriggerAgainLeavesNothingUnresolved() throws {
        var reader = try ScriptedReader()
        var msg1 = reader.page(q: 2)
        var index: UInt8 = 0
        while msg1 == nil, index < 3 {
            index += 1
            msg1 = reader.trigger(index)
        }
        let own = try #require(msg1).randomID
        #expect(reader.trigger(index) == nil)
        #expect(reader.respond(to: [own]) != nil)
    }

    @Test func theNextPagingLeavesARandomIDUnresolved() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        _ = reader.page(q: 15, xCode: 3, yCode: 3)
        #expect(reader.respond(to: [own]) == nil)
    }

    @Test func triggersOfOtherTransactionsAndIndexZeroOpenNothing() throws {
        for seed in UInt64(1)...20 {
            var reader = try ScriptedReader(seed: seed)
            guard reader.page(q: 1) == nil else { continue }
            #expect(reader.trigger(1, transaction: TransactionID(6)) == nil)
            #expect(reader.trigger(0) == nil)
            #expect(reader.trigger(2) == nil)
            #expect(reader.trigger(1) != nil)
            return
        }
        Issue.record("no seed draws occasion 1")
    }

    @Test func aRepeatedRandomIDResponseBringsTheSameAccessResponse() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        let first = try #require(reader.respond(to: [own]) as DeviceTransmission?)
        #expect(reader.trigger(1) == nil, "triggers do not end an exchange")
        let second = try #require(
            reader.respond(to: [own], schedule: ScriptedReader.schedule(offset: 4)) as DeviceTransmission?)
        #expect(second.message == first.message)
        #expect(second.delay == first.delay + .microseconds(200))
        #expect(reader.device.nas.answersSent == 1)
    }

    @Test func inDirectAccessMsg1IsTheAccessResponseInItsOccasion() throws {
        for seed in UInt64(1)...40 {
            var reader = try ScriptedReader(seed: seed)
            guard let burst = reader.page(.direct, q: 2, xCode: 1, yCode: 1), burst.timePosition == 1,
                burst.frequencyPosition == 1
            else { continue }
            #expect(!burst.isMsg1OfCBRA && burst.message.count == 80)
            #expect(try NASAccessResponse(decoding: burst.pdu).ares != nil)
            #expect(burst.format.subcarrierPeriods == 4)
            #expect(burst.delay == .microseconds(250) + burst.format.slotDuration(in: .oursV0))
            return
        }
        Issue.record("no seed draws occasion 3")
    }

    @Test func inContentionFreeAccessItAnswersAtOnceUnderTheASIDOfThePaging() throws {
        var reader = try ScriptedReader()
        let answer = try #require(reader.page(.cfra, q: 9, asID: ASID(44)) as DeviceTransmission?)
        #expect(reader.device.asID == ASID(44))
        #expect(answer.delay == .microseconds(250) && answer.frequencyPosition == 0)
        _ = try NASAccessResponse(decoding: answer.pdu)
    }

    @Test func aRepeatedContentionFreePagingBringsTheSameAccessResponse() throws {
        for profile in [ScriptedReader.networkAuthentication, ScriptedReader.deviceAuthentication] {
            var reader = try ScriptedReader(profile)
            let first = try #require(reader.page(.cfra, asID: ASID(44)) as DeviceTransmission?)
            #expect(reader.page(.cfra, asID: ASID(44)) == first)
            #expect(reader.device.nas.answersSent == 1)
            #expect(reader.nack(.asID(ASID(44))) == nil)
            let afterNACK = try #require(reader.page(.cfra, asID: ASID(44)) as DeviceTransmission?)
            #expect(afterNACK.message != first.message, "NACK Feedback ends the exchange")
        }
    }

    @Test func whatNoDeviceCanFollowIsMetWithSilenceAndCostsNoCounter() throws {
        var reader = try ScriptedReader()
        #expect(reader.page(.reserved) == nil)
        #expect(reader.page(.cfra, asID: .none) == nil)
        #expect(reader.page(.cfra, asID: ASID(1), schedule: ScriptedReader.schedule(2)) == nil)
        #expect(reader.page(.direct, schedule: ScriptedReader.schedule(1)) == nil)
        #expect(reader.page(q: 15) == nil, "2^q / (X * Y) is at most 256")
        #expect(reader.device.silences == [.undefinedAccessMode: 1, .badSchedule: 4])
        #expect(reader.device.nonVolatile.counter == 0)
        #expect(reader.page() != nil)
    }

    @Test func aScheduleTooSmallForMsg3SpendsNoAnswer() throws {
        var reader = try ScriptedReader()
        let own = try #require(reader.page() as DeviceTransmission?).randomID
        #expect(reader.respond(to: [own], schedule: ScriptedReader.schedule(2)) == nil)
        #expect(reader.device.nas.answersSent == 0)
        #expect(reader.respond(to: [own]) != nil)
    }
}
