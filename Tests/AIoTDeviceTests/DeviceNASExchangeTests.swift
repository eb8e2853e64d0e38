import AIoTBase
import AIoTDevice
import AIoTSecurity
import Testing

@Suite struct DeviceNASExchangeTests {
    private static let mutual: SecurityProfile = [.deviceAuthentication, .networkAuthentication, .followOnCommands]

    @Test func onlyTheRightNetworkResponseIsAnsweredAndAWrongOneDoesNotEndTheWait() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        let paging = try world.paging()
        _ = world.device.receivePaging(paging)
        let response = try world.accessResponse()
        let network = NetworkSession(keys: try world.keys(for: response, to: paging))
        let right = network.networkResponse()
        for bit in 8..<right.count * 8 {
            var wrong = right
            wrong[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(world.device.receive(wrong) == .ignored(.otherNRES))
        }
        var cost = CryptoCost()
        let reflected = NASNetworkResponse(nres: NRES(value: network.keys.ares(cost: &cost).octets.bigEndianValue))
        #expect(world.device.receive(reflected.encoded()) == .ignored(.otherNRES))
        #expect(world.device.waitsForNetworkResponse && !world.device.takesAcknowledgement)
        let report = try world.reply(to: right)
        #expect(world.device.isSessionOpen && world.device.takesAcknowledgement)
        #expect(world.device.receive(right) == .reply(report, repeated: true))
    }

    @Test func aCommandBeforeTheNetworkResponseIsIgnored() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        let paging = try world.paging()
        _ = world.device.receivePaging(paging)
        let response = try world.accessResponse()
        var network = NetworkSession(keys: try world.keys(for: response, to: paging))
        let command = try network.command(.read(offset: 0, length: 1))
        #expect(world.device.receive(command) == .ignored(.networkNotAuthenticated))
        #expect(world.device.receive(network.networkResponse()).reply != nil)
        #expect(world.device.receive(command).reply != nil)
    }

    @Test func commandsAreTakenOnlyWithBit6() throws {
        var world = try SecurityWorld(profile: .deviceAuthentication)
        var network = try world.openSession()
        #expect(world.device.receive(try network.command(.read(offset: 0, length: 1))) == .ignored(.commandsOff))
    }

    @Test(arguments: [0x02, 0x22] as [UInt8]) func readAndWriteWorkAndEachHasItsOwnCount(_ octet: UInt8) throws {
        var world = try SecurityWorld(profile: Self.mutual, algorithms: octet)
        var network = try world.openSession()
        let read = FollowOnCommand.read(offset: 60, length: 4)
        let first = world.device.receive(try network.command(read))
        #expect(try network.response(first) == FollowOnResponse(status: .done, data: [60, 61, 62, 63]))
        let written = world.device.receive(try network.command(.write(offset: 61, data: [0xAA, 0xBB])))
        #expect(try network.response(written) == FollowOnResponse(status: .done))
        let second = world.device.receive(try network.command(read))
        #expect(try network.response(second) == FollowOnResponse(status: .done, data: [60, 0xAA, 0xBB, 63]))
        #expect(world.device.nonVolatile.memory[61] == 0xAA)
    }

    @Test func aRepeatedCommandIsAnsweredOctetForOctetAndNotExecutedAgain() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        var network = try world.openSession()
        let command = try network.command(.write(offset: 0, data: [1]))
        let response = try world.reply(to: command)
        world.device.resetCost()
        for _ in 0..<3 { #expect(world.device.receive(command) == .reply(response, repeated: true)) }
        #expect(world.device.cost.nonVolatileWrites == 0)
        #expect(world.device.cost.crypto == CryptoCost())
        #expect(world.device.cost.octetsSent == 3 * response.count)
        let next = try network.command(.read(offset: 0, length: 1))
        #expect(world.device.receive(next).reply != nil)
        #expect(world.device.receive(command) == .ignored(.unverified))
        guard case .reply(_, repeated: true) = world.device.receive(next) else {
            Issue.record("a PDU that did not verify has displaced the last one")
            return
        }
    }

    @Test func whatDoesNotVerifyMovesNoCount() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        var network = try world.openSession()
        let command = try network.command(.read(offset: 0, length: 2))
        for bit in 8..<command.count * 8 {
            var changed = command
            changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(world.device.receive(changed) == .ignored(.unverified))
        }
        #expect(try network.response(world.device.receive(command)).data == [0, 1])
    }

    @Test(arguments: [0x00, 0x20] as [UInt8]) func withoutIntegrityNothingOnTheDeviceChanges(_ octet: UInt8) throws {
        var world = try SecurityWorld(profile: Self.mutual, algorithms: octet)
        var network = try world.openSession()
        let before = world.device.nonVolatile
        for command in [FollowOnCommand.write(offset: 0, data: [9]), .permanentDisable] {
            let outcome = world.device.receive(try network.command(command))
            #expect(try network.response(outcome).status == .refusedWithoutIntegrity)
        }
        #expect(world.device.nonVolatile == before)
        let read = world.device.receive(try network.command(.read(offset: 1, length: 1)))
        #expect(try network.response(read) == FollowOnResponse(status: .done, data: [1]))
    }

    @Test func afterPermanentDisableOnlyItsRepeatsAreAnsweredAndNothingAfterCarrierLoss() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        var network = try world.openSession()
        let disable = try network.command(.permanentDisable)
        let outcome = world.device.receive(disable)
        let pdu = try #require(outcome.reply)
        #expect(try network.response(outcome) == FollowOnResponse(status: .done))
        #expect(world.device.isDisabled && world.device.nonVolatile.disabled)
        #expect(world.device.receive(disable) == .reply(pdu, repeated: true))
        #expect(world.device.receive(try network.command(.read(offset: 0, length: 1))) == .ignored(.disabled))
        #expect(world.device.receivePaging(try world.paging(.all)) == .silent(.disabled))
        #expect(world.answer() == nil && world.device.repeatAccessResponse() == nil)
        #expect(world.device.receive(disable) == .reply(pdu, repeated: true))
        world.device.carrierLost()
        #expect(world.device.receive(disable) == .ignored(.disabled))
        #expect(world.device.receivePaging(try world.paging()) == .silent(.disabled))
        var reborn = DeviceNAS(world.provisioning, nonVolatile: world.device.nonVolatile)
        #expect(reborn.receivePaging(try world.paging()) == .silent(.disabled))
    }

    @Test func commandsThatMakeNoSenseAreAnsweredWithTheirStatus() throws {
        let cases: [([UInt8], CommandStatus)] = [
            ([4, 0, 0, 0], .notImplemented), ([0], .notImplemented), ([1, 0, 0], .parametersInvalid),
            ([1, 0, 0, 241], .parametersInvalid), ([1, 0, 60, 5], .parametersInvalid),
            ([1, 0xFF, 0xFF, 1], .parametersInvalid), ([1, 0, 0, 1, 0], .parametersInvalid),
            ([2, 0, 63, 2, 0, 0], .parametersInvalid), ([2, 0, 0, 2, 0], .parametersInvalid), ([1, 0, 64, 0], .done),
        ]
        var world = try SecurityWorld(profile: Self.mutual)
        var network = try world.openSession()
        let before = world.device.nonVolatile
        for (plaintext, status) in cases {
            let outcome = world.device.receive(try network.command(plaintext: plaintext))
            #expect(try network.response(outcome) == FollowOnResponse(status: status), "\(plaintext)")
        }
        #expect(world.device.nonVolatile == before)
    }

    @Test func aDeviceLowOnEnergySaysSoAndDoesNothing() throws {
        var world = try SecurityWorld(profile: Self.mutual)
        var network = try world.openSession()
        world.device.isLowOnEnergy = true
        let outcome = world.device.receive(try network.command(.permanentDisable))
        #expect(try network.response(outcome).status == .lowEnergy)
        #expect(!world.device.isDisabled)
    }

    @Test func anExchangeReportsWhatItCost() throws {
        var world = try SecurityWorld(profile: Self.mutual, algorithms: 0x22)
        let paging = try world.paging()
        _ = world.device.receivePaging(paging)
        // k_AIoT, integrity key, cipher key; CMAC over 12 octets and its subkeys, 4 octets deciphered.
        #expect(world.device.cost.crypto == CryptoCost(hmacBlocks: 12, aesBlocks: 2 + 1))
        let response = try world.accessResponse()
        #expect(world.device.cost.hmacBlocks == 20)
        let network = NetworkSession(keys: try world.keys(for: response, to: paging))
        let report = try world.reply(to: network.networkResponse())
        #expect(world.device.cost.crypto == CryptoCost(hmacBlocks: 32, aesBlocks: 6))
        #expect(world.device.cost.octetsReceived == paging.count + 9)
        #expect(world.device.cost.octetsSent == response.count + report.count)
    }

    @Test func everyConfigurationThatIsNotRefusedRunsToItsEnd() throws {
        var completed = 0
        for profile in 0..<128 as Range<UInt8> {
            for algorithms in SecurityAlgorithms.all {
                for kind in PagingTargetKind.allCases {
                    let window: UInt32 = algorithms.hasIntegrity ? 15 : 0
                    var world = try SecurityWorld(
                        profile: SecurityProfile(rawValue: profile), algorithms: algorithms.octet, window: window,
                        counter: .max, groupCounter: 5)
                    guard world.configuration.refusals(for: kind).isEmpty else { continue }
                    var network = try world.openSession(kind, counter: kind == .group ? 5 : .max)
                    #expect(world.device.isSessionOpen)
                    completed += 1
                    guard profile & 64 != 0 else { continue }
                    let outcome = world.device.receive(try network.command(.read(offset: 7, length: 1)))
                    #expect(try network.response(outcome).data == [7])
                }
            }
        }
        #expect(completed > 600)
    }

    @Test func theSameSeedGivesTheSameOctets() throws {
        func octets(_ seed: UInt64) throws -> [UInt8]? {
            var world = try SecurityWorld(profile: Self.mutual, seed: seed)
            _ = world.device.receivePaging(try world.paging())
            return world.answer()
        }
        #expect(try octets(1) == octets(1))
        #expect(try octets(1) != octets(2))
    }
}

extension [UInt8] {
    fileprivate var bigEndianValue: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
