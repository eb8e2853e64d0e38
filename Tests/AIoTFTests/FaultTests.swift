import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// Carrier, link and reader fail.
@Suite struct FaultTests {
    private static let mutual: SecurityProfile = [
        .replayProtection, .deviceAuthentication, .networkAuthentication, .followOnCommands,
    ]

    @Test(arguments: [PagingTargetKind.single, .group, .all], 1...8)
    func afterACarrierLossTheDevicesAreFoundUnderANewNonce1(kind: PagingTargetKind, step: Int) throws {
        let count = kind == .single ? 1 : 3
        var world = try CoreWorld(count, profile: Self.mutual, window: 15, isGroup: true)
        let order = world.order(CoreWorld.target(kind), command: .read(offset: 0, length: 1))
        for _ in 0..<step { _ = world.step() }
        world.loseCarrier()
        world.run()
        #expect(world.summaries[order]?.found == count)
        #expect(world.results.count == count && world.found.count == count)
        #expect(world.results.allSatisfy { $0.command == .response(FollowOnResponse(status: .done, data: [0])) })
        #expect(Set(world.requests.map(\.randN)).count == world.requests.count)
    }

    @Test(arguments: [PagingTargetKind.single, .group, .all], 0...8)
    func afterALostLinkTheReaderIsToldToReleaseAndTheDevicesAreFound(kind: PagingTargetKind, step: Int) throws {
        let count = kind == .single ? 1 : 3
        var world = try CoreWorld(count, profile: Self.mutual, window: 15, isGroup: true)
        let order = world.order(CoreWorld.target(kind))
        for _ in 0..<step { _ = world.step() }
        let isUnderWay = !world.open.isEmpty
        world.disconnect()
        #expect(world.aiotf.nextDeadline == nil)
        let sentBefore = world.sent.count
        world.connect()
        let names = world.sent.dropFirst(sentBefore).map(\.name)
        #expect(names.first == "NGSetupResponse")
        if isUnderWay { #expect(names.dropFirst().first == "AIOTSessionReleaseCommand") }
        world.run()
        #expect(world.summaries[order]?.found == count && world.results.count == count)
    }

    @Test func whatTheReaderHadSpooledStillCountsAfterALostLink() throws {
        var world = try CoreWorld(1, profile: [.deviceAuthentication, .networkAuthentication])
        let order = world.order(CoreWorld.target(.single))
        var spooled: [NGAPPDU] = []
        world.tampers = { pdu in
            if case .commandResponse = pdu {
                spooled.append(pdu)
                return []
            }
            return [pdu]
        }
        while spooled.isEmpty, world.step() {}
        world.tampers = { [$0] }
        world.disconnect()
        world.connect()
        for pdu in spooled { world.deliver(pdu) }
        #expect(world.results == [DeviceResult(deviceID: CoreWorld.deviceID(0), authenticated: true)])
        world.run()
        #expect(world.results.count == 1 && world.summaries[order]?.found == 1)
    }

    @Test func aReaderThatIsBackGetsNoRequestBeforeItHasSaidWhatItKept() throws {
        var world = try CoreWorld(1, profile: [.replayProtection, .deviceAuthentication])
        _ = world.order(CoreWorld.target(.single))
        _ = world.step()
        world.disconnect()
        let before = world.requests.count
        var complete: NGAPPDU?
        world.tampers = { pdu in
            guard case .aiotSessionReleaseComplete = pdu else { return [pdu] }
            complete = pdu
            return []
        }
        world.connect()
        while world.step() {}
        #expect(world.requests.count == before, "what it has spooled comes before its Complete")
        world.tampers = { [$0] }
        world.deliver(try #require(complete))
        #expect(world.requests.count == before + 1)
    }

    @Test func aReaderThatNeverConfirmsAReleaseIsAskedAfterItsTime() throws {
        var world = try CoreWorld(1, profile: [.replayProtection, .deviceAuthentication])
        _ = world.order(CoreWorld.target(.single))
        _ = world.step()
        world.disconnect()
        let before = world.requests.count
        world.tampers = { pdu in if case .aiotSessionReleaseComplete = pdu { [] } else { [pdu] } }
        world.connect()
        while world.step() {}
        #expect(world.requests.count == before)
        let hasPassed = world.passDeadline()
        #expect(hasPassed && world.requests.count == before + 1)
    }

    @Test func aBusyReaderIsAskedAgainAfterAPauseAndNotForEver() throws {
        var world = try CoreWorld(1, profile: .deviceAuthentication)
        var failures = 2
        world.tampers = { pdu in
            guard case .inventoryResponse(let message) = pdu, failures > 0 else { return [pdu] }
            failures -= 1
            return [.inventoryFailure(InventoryFailure(session: message.session, cause: .controlProcessingOverload))]
        }
        let start = world.now
        let summary = world.inventory(CoreWorld.target(.single))
        #expect(summary?.found == 1 && world.requests.count == 3)
        #expect(world.now - start == .milliseconds(2_000))
        failures = .max
        let never = world.inventory(CoreWorld.target(.single))
        #expect(never?.found == 0 && never?.requests == world.aiotf.configuration.largestAttempts)
    }

    @Test func aReaderThatDoesNotServeTheAreaIsNotAskedAgain() throws {
        var world = try CoreWorld(1, profile: .deviceAuthentication)
        world.tampers = { pdu in
            guard case .inventoryResponse(let message) = pdu else { return [pdu] }
            return [.inventoryFailure(InventoryFailure(session: message.session, cause: .requestedAreaNotServed))]
        }
        #expect(world.inventory(CoreWorld.target(.single))?.requests == 1)
    }

    @Test func anInventoryThatNeverEndsIsReleasedAfterTheGuardTime() throws {
        var configuration = AIoTFConfiguration()
        configuration.largestAttempts = 2
        configuration.guardTime = .milliseconds(60_000)
        var world = try CoreWorld(1, profile: .deviceAuthentication, configuration: configuration)
        world.tampers = { pdu in
            if case .inventoryReport = pdu { return [] }
            return [pdu]
        }
        let summary = world.inventory(CoreWorld.target(.single))
        #expect(summary?.found == 0 && summary?.requests == 2)
        #expect(world.now == AirTime(nanoseconds: 120_000_000_000))
        #expect(world.sent.filter { $0.name == "AIOTSessionReleaseCommand" }.count == 2)
    }

    @Test func aReleaseThatIsNeverConfirmedDoesNotHoldTheQueue() throws {
        var world = try CoreWorld(2, profile: .deviceAuthentication)
        world.tampers = { pdu in
            if case .aiotSessionReleaseComplete = pdu { return [] }
            return [pdu]
        }
        #expect(world.inventory(CoreWorld.target(.single))?.found == 1)
        #expect(world.inventory(.device(CoreWorld.deviceID(1)))?.found == 1)
        #expect(world.requests.count == 2 && world.aiotf.nextDeadline == nil)
    }

    @Test func onlyTheReaderThatHasTheRequestIsHeard() throws {
        var world = try CoreWorld(1, profile: .deviceAuthentication)
        let order = world.order(CoreWorld.target(.single))
        let request = try #require(world.requests.first)
        let complete = InventoryReport(
            session: request.session, globalGNBID: CoreWorld.globalGNBID, inventoryComplete: true)
        for pdu in [
            .inventoryReport(complete),
            .inventoryFailure(InventoryFailure(session: request.session, cause: .hardwareFailure)),
            .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: request.session, cause: .hardwareFailure)),
        ] as [NGAPPDU] {
            world.aiotf.handle(.received(ReaderID(8), try pdu.encoded()), at: world.now)
        }
        #expect(world.aiotf.nextAction() == nil && world.rejected(.unexpectedNGAP) == 3)
        world.run()
        #expect(world.summaries[order]?.found == 1)
    }

    @Test func aReaderOfAnotherPLMNOrWithoutAIoTIsNotServed() throws {
        let security = SecurityConfiguration(profile: [], algorithms: .init(ciphering: .nea0, integrity: .nia0))
        var registry = Registry()
        let key = try #require(SecretKey([UInt8](repeating: 1, count: 16)))
        try registry.provision(DeviceRecord(id: [1], key: key, configuration: security))
        for (plmn, support) in [([0x00, 0xF1, 0x20], 0), ([0x00, 0xF1, 0x10], nil)] as [([UInt8], Int?)] {
            var aiotf = AIoTF(registry: registry, generator: SeededGenerator(seed: 1))
            aiotf.handle(.readerConnected(ReaderID(1)), at: .zero)
            let area = SupportedTA(tac: [0, 0, 1], plmns: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])])
            let setup = NGSetupRequest(
                globalGNBID: CoreWorld.globalGNBID, ranNodeName: nil, supportedTAs: [area], aiotSupport: support)
            aiotf.handle(.received(ReaderID(1), try NGAPPDU.ngSetupRequest(setup).encoded()), at: .zero)
            aiotf.handle(.inventoryOrdered(InventoryOrder(target: .all), id: 1), at: .zero)
            var names: [String] = []
            while let action = aiotf.nextAction() {
                if case .send(_, let octets) = action { names.append(try NGAPPDU(decoding: octets).name) }
            }
            #expect(names == ["NGSetupFailure"])
        }
    }

    @Test func whatDoesNotDecodeIsAnsweredWithErrorIndicationAndTheLinkStaysUp() throws {
        var world = try CoreWorld(1, profile: .deviceAuthentication)
        world.receive([0xFF, 1, 2])
        #expect(world.sent.last == .errorIndication(ErrorIndication(cause: .transferSyntaxError)))
        #expect(world.inventory(CoreWorld.target(.single))?.found == 1)
    }
}

/// Whatever a reader sends, in whatever state.
@Suite struct HostileReaderTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func octetsOfAnySortNeverTrapNorStopTheAIoTF(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let profile = SecurityProfile(rawValue: [0x07, 0x0F, 0x17, 0x42, 0x46, 0x4F][Int(seed % 6)])
        var world = try CoreWorld(3, profile: profile, window: 3, isGroup: true, seed: seed)
        let kinds: [PagingTargetKind] = [.single, .group, .all]
        let command: FollowOnCommand? =
            profile.contains(.followOnCommands) ? .write(offset: 0, data: [1, 2]) : nil
        for round in 0..<3 {
            let order = world.order(CoreWorld.target(kinds[round]), command: command)
            var heard: [[UInt8]] = []
            world.tampers = { pdu in
                if let octets = try? pdu.encoded() { heard.append(octets) }
                return [pdu]
            }
            for _ in 0..<200 where world.summaries[order] == nil {
                for _ in 0..<3 { world.receive(Self.hostile(from: heard, &chance)) }
                if chance.uniform() < 0.02 {
                    world.disconnect()
                    world.connect()
                }
                if !world.step() { _ = world.passDeadline() }
            }
            world.run()
            #expect(world.summaries[order] != nil, "seed \(seed): the order does not end")
            let count = world.results.count
            #expect(Set(world.results.map(\.deviceID)).count == count, "seed \(seed): a device is told twice")
            let known = Set((0..<3).map(CoreWorld.deviceID))
            #expect(world.found.isSubset(of: known), "seed \(seed)")
            world.results = []
        }
        let untouched = Array(UInt8(2)..<64)
        #expect(world.devices.allSatisfy { Array($0.nonVolatile.memory.dropFirst(2)) == untouched })
        #expect(world.rejected(.undecodableNGAP) > 0)
    }

    /// Random octets, an earlier PDU again, or one with octets changed, cut or added.
    private static func hostile(from heard: [[UInt8]], _ chance: inout SeededGenerator) -> [UInt8] {
        guard let earlier = heard.randomElement(using: &chance), chance.uniform() < 0.8 else {
            return chance.octets(Int.random(in: 0...80, using: &chance))
        }
        var octets = earlier
        switch Int.random(in: 0...3, using: &chance) {
        case 0: break
        case 1: octets = Array(octets.prefix(Int.random(in: 0...octets.count, using: &chance)))
        case 2: octets += chance.octets(Int.random(in: 1...4, using: &chance))
        default:
            for _ in 0..<Int.random(in: 1...3, using: &chance) {
                guard let place = octets.indices.randomElement(using: &chance) else { break }
                octets[place] = UInt8.random(in: 0...255, using: &chance)
            }
        }
        return octets
    }
}
