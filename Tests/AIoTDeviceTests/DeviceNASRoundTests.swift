import AIoTBase
import AIoTDevice
import AIoTSecurity
import Testing

@Suite struct DeviceNASRoundTests {
    private static let profile: SecurityProfile = [.replayProtection, .deviceAuthentication, .networkAuthentication]

    @Test func theSamePagingIsAddressedAgainWithoutCheckingOrCounting() throws {
        var world = try SecurityWorld(profile: Self.profile)
        let paging = try world.paging()
        let first = world.device.receivePaging(paging)
        let cost = world.device.cost
        #expect(first.isFresh)
        #expect(world.device.receivePaging(paging) == first)
        #expect(world.device.nonVolatile.counter == 1)
        #expect(world.device.cost.crypto == cost.crypto)
        #expect(world.device.cost.nonVolatileWrites == cost.nonVolatileWrites)
    }

    @Test func theCurrentNonce1WithOtherOctetsIsDropped() throws {
        var world = try SecurityWorld(profile: Self.profile)
        let paging = try world.paging()
        _ = world.device.receivePaging(paging)
        let allDevices = Array(paging.prefix(17))
        #expect(world.device.receivePaging(allDevices) == .silent(.otherOctets))
        #expect(world.device.receivePaging(paging).isFresh)
    }

    @Test func oneNonce1IsAnsweredSixteenTimesEachWithItsOwnNonce2() throws {
        var world = try SecurityWorld(profile: Self.profile)
        let paging = try world.paging()
        var nonces: Set<Nonce> = []
        for count in 1...16 {
            #expect(world.device.receivePaging(paging).isFresh)
            nonces.insert(try NASAccessResponse(decoding: try world.accessResponse()).nonce2)
            #expect(world.device.answersSent == count)
        }
        #expect(nonces.count == 16)
        #expect(world.answer() == nil)
        #expect(world.device.receivePaging(paging) == .silent(.answersSpent))
        #expect(world.device.receivePaging(try world.paging(counter: 1)).isFresh)
        #expect(world.answer() != nil)
    }

    @Test func aRepeatedAccessResponseIsTheSameAndCountsOnce() throws {
        var world = try SecurityWorld(profile: Self.profile)
        _ = world.device.receivePaging(try world.paging())
        #expect(world.device.repeatAccessResponse() == nil)
        let response = try world.accessResponse()
        #expect(world.device.repeatAccessResponse() == response)
        #expect(world.device.answersSent == 1)
        #expect(world.device.cost.octetsSent == 2 * response.count)
    }

    @Test func afterCarrierLossOnlyANewNonce1AndCounterHelp() throws {
        var world = try SecurityWorld(profile: Self.profile)
        let paging = try world.paging()
        _ = world.device.receivePaging(paging)
        let response = try world.accessResponse()
        let network = NetworkSession(keys: try world.keys(for: response, to: paging))
        world.device.carrierLost()
        #expect(world.device.receive(network.networkResponse()) == .ignored(.noSession))
        #expect(world.answer() == nil && world.device.repeatAccessResponse() == nil)
        #expect(world.device.receivePaging(paging) == .silent(.stale))
        #expect(world.device.receivePaging(try world.paging(counter: 1)).isFresh)
    }

    @Test func aStalePageIsAnsweredWithTheCounterOfItsKeyAndOpensNoSession() throws {
        let profile = Self.profile.union([.counterResynchronisation, .keyHint])
        for kind in [PagingTargetKind.single, .group] {
            var world = try SecurityWorld(profile: profile, window: 1, counter: 0x1122_3344, groupCounter: 0x5566_7788)
            let paging = try world.paging(kind, counter: 9)
            let before = world.device.nonVolatile
            #expect(world.device.receivePaging(paging).isStale)
            let pdu = try world.accessResponse()
            let response = try NASAccessResponse(decoding: pdu)
            #expect(response.flags == world.configuration.staleAccessResponseFlags)
            #expect(response.flags == [.ares, .counter])
            var keys = try world.keys(for: pdu, to: paging, kind)
            var cost = CryptoCost()
            #expect(response.ares == keys.ares(cost: &cost))
            guard case .counter(let block) = response.content else {
                Issue.record("no counter")
                continue
            }
            let counter = kind == .group ? before.groupCounters[0] : before.counter
            #expect(
                keys.protection.unprotect(block, count: .max, direction: .d2r, cost: &cost) == bigEndianOctets(counter))
            #expect(world.device.nonVolatile == before)
            #expect(!world.device.isSessionOpen && !world.device.waitsForNetworkResponse)
            let network = NetworkSession(keys: keys)
            #expect(world.device.receive(network.networkResponse()) == .ignored(.noSession))
        }
    }

    @Test func aForgedOrReplayedPageDoesNotEndTheRoundOfAPageThatNamedTheDevice() throws {
        var world = try SecurityWorld(profile: Self.profile.union(.counterResynchronisation), window: 15, counter: 40)
        let genuine = try world.paging(counter: 40)
        let replayed = try world.paging(counter: 3)
        #expect(world.device.receivePaging(genuine).isFresh)
        _ = world.answer()
        for _ in 0..<3 {
            #expect(world.device.receivePaging(try world.paging(.all)).isFresh)
            _ = world.answer()
            #expect(world.device.receivePaging(replayed).isStale)
            _ = world.answer()
        }
        #expect(world.device.receivePaging(genuine).isFresh)
        let pdu = try world.accessResponse()
        #expect(world.device.answersSent == 2)
        let network = NetworkSession(keys: try world.keys(for: pdu, to: genuine))
        #expect(world.device.receive(network.networkResponse()).reply != nil)
    }

    @Test func theKeyHintIsSentOnlyForAFreshPageThatNIA2HasVerified() throws {
        let profile: SecurityProfile = [.deviceAuthentication, .keyHint]
        for algorithms in SecurityAlgorithms.all {
            for kind in PagingTargetKind.allCases {
                var world = try SecurityWorld(profile: profile, algorithms: algorithms.octet)
                let paging = try world.paging(kind)
                #expect(world.device.receivePaging(paging).isFresh)
                let response = try NASAccessResponse(decoding: try world.accessResponse())
                #expect((response.keyHint != nil) == (algorithms.hasIntegrity && kind != .all))
                #expect(response.flags == world.configuration.accessResponseFlags(for: kind))
            }
        }
    }
}
