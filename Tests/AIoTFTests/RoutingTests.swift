import AIoTBase
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// Which orders go to which readers, and when.
@Suite struct RoutingTests {
    private static let here: [UInt8] = [0, 0, 1]
    private static let there: [UInt8] = [0, 0, 2]

    /// Devices 0 and 1 in front of reader 1, devices 2 and 3 in front of reader 2, in an area of its own.
    private static func world(configuration: AIoTFConfiguration = .init()) throws -> CoreWorld {
        var world = try CoreWorld(4, profile: .deviceAuthentication, isGroup: true, configuration: configuration)
        world.readers[0].hears = [0, 1]
        world.addReader(gnbID: 2, tac: there, hears: [2, 3])
        return world
    }

    @Test func anOrderForAnAreaGoesToItsReadersAloneAndNamesIt() throws {
        var world = try Self.world()
        let summary = world.inventory(.all, scope: .areas([[9, 9, 9], Self.there]))
        #expect(world.found == [CoreWorld.deviceID(2), CoreWorld.deviceID(3)])
        #expect(summary?.requests == 1)
        let areas = try #require(world.requests.first).serviceArea.areas
        #expect(areas == [[9, 9, 9], Self.there].map { AIoTArea(plmn: [0x00, 0xF1, 0x10], areaCode: $0) })
    }

    @Test func anOrderForReadersGoesToThemAlone() throws {
        var world = try Self.world()
        world.inventory(.all, scope: .readers([ReaderAddress(gnbID: 2, readerIndex: 1)]))
        #expect(world.found == [CoreWorld.deviceID(2), CoreWorld.deviceID(3)])
        let request = try #require(world.requests.first)
        #expect(
            request.serviceArea.readers == [
                RequestedReader(globalGNBID: world.readers[1].globalGNBID, readerIndex: 1)
            ])
    }

    @Test func aReaderThatDoesNotServeWhatIsAskedIsSkipped() throws {
        var world = try Self.world()
        let addresses = [ReaderAddress(gnbID: 1, readerIndex: 5), ReaderAddress(gnbID: 2, readerIndex: 1)]
        let summary = world.inventory(.device(CoreWorld.deviceID(3)), scope: .readers(addresses))
        #expect(summary?.found == 1 && summary?.requests == 2)
    }

    @Test func readersThatNeverCompleteAreNamedWithTheirCause() throws {
        var world = try Self.world()
        let address = ReaderAddress(gnbID: 1, readerIndex: 5)
        let summary = world.inventory(.all, scope: .readers([address, ReaderAddress(gnbID: 2, readerIndex: 1)]))
        #expect(summary?.found == 2)
        #expect(
            summary?.failures == [ReaderFailure(gnbID: 1, name: "r", cause: "it does not serve what was asked for")])
        #expect(world.inventory(.all)?.failures == [])
        let order = world.order(.all)
        world.disconnect(0)
        world.run()
        #expect(world.summaries[order]?.failures == [ReaderFailure(gnbID: 1, name: "r", cause: "its link was lost")])
    }

    @Test func anOrderWithoutASuitableReaderWaitsForOne() throws {
        var world = try Self.world()
        let order = world.order(.all, scope: .areas([[0, 0, 3]]))
        world.run()
        #expect(world.requests.isEmpty && world.summaries[order] == nil)
        #expect(world.inventory(.device(CoreWorld.deviceID(0)))?.found == 1)
        world.addReader(gnbID: 3, tac: [0, 0, 3], hears: [1])
        world.run()
        #expect(world.told[order]?.map(\.deviceID) == [CoreWorld.deviceID(1)])
    }

    @Test func readersAreAskedOneAfterTheOtherUntilAllIsFound() throws {
        var world = try Self.world()
        #expect(world.inventory(.device(CoreWorld.deviceID(1)))?.requests == 1)
        let single = world.inventory(.device(CoreWorld.deviceID(2)))
        // Each request for a missing device is repeated at its reader before the next one is asked.
        #expect(single?.found == 1 && single?.requests == world.aiotf.configuration.largestAttempts + 1)
        let group = world.inventory(.group(CoreWorld.groupID))
        #expect(group?.found == 4 && group?.missing == [])
    }

    @Test func allDevicesAreAskedForOnceAtEveryReader() throws {
        var world = try Self.world()
        let summary = world.inventory(.all)
        #expect(summary?.found == 4 && summary?.requests == 2)
    }

    @Test func ordersRunAtTheSameTimeOnDifferentReaders() throws {
        var world = try Self.world()
        let orders = [Self.here, Self.there, Self.here].map { world.order(.all, scope: .areas([$0])) }
        // The third waits for its reader, the second for the key of the first: all devices.
        #expect(world.requests.count == 1)
        world.run()
        #expect(orders.allSatisfy { world.summaries[$0]?.found == 2 })
        let before = world.requests.count
        _ = world.order(.device(CoreWorld.deviceID(0)), scope: .areas([Self.here]))
        _ = world.order(.device(CoreWorld.deviceID(2)), scope: .areas([Self.there]))
        _ = world.order(.device(CoreWorld.deviceID(1)), scope: .areas([Self.here]))
        #expect(world.requests.count == before + 2 && world.readers.allSatisfy { $0.open.count == 1 })
        world.run()
        #expect(world.summaries.values.filter { $0.found == 1 }.count == 3)
    }

    /// However many devices there are.
    @Test func aRequestThatFindsDevicesMayGoOn() throws {
        var configuration = AIoTFConfiguration.oneAttempt
        configuration.guardTime = .milliseconds(1_000)
        var world = try CoreWorld(
            4, profile: [.deviceAuthentication, .networkAuthentication], isGroup: true, configuration: configuration)
        let order = world.order(.group(CoreWorld.groupID))
        while world.summaries[order] == nil, world.step() {
            world.now += .milliseconds(300)
            world.aiotf.advance(to: world.now)
        }
        #expect(world.now > .zero + .milliseconds(2_000))
        #expect(world.summaries[order]?.found == 4 && world.requests.count == 1)
    }

    @Test func aKeyIsPagedByOneRequestAtATime() throws {
        var world = try Self.world()
        let orders = [Self.here, Self.there].map { world.order(.group(CoreWorld.groupID), scope: .areas([$0])) }
        var largest = 0
        while orders.contains(where: { world.summaries[$0] == nil }) {
            let atHand = world.readers.flatMap(\.open.values).filter { open in
                if case .groupDevices = open.request.deviceIdentification { true } else { false }
            }
            largest = max(largest, atHand.count)
            if !world.step(), !world.passDeadline() { break }
        }
        #expect(largest == 1)
        #expect(orders.allSatisfy { world.summaries[$0]?.found == 2 })
    }

    @Test func anOrderWhoseReaderIsLostGoesOnAtAnother() throws {
        var world = try Self.world()
        world.readers[1].hears = nil
        let order = world.order(.device(CoreWorld.deviceID(0)))
        world.disconnect(0)
        world.run()
        #expect(world.summaries[order]?.found == 1 && world.summaries[order]?.requests == 2)
    }

    @Test func anOrderDoesNotEndWhileAReaderThatHadItsRequestReconnects() throws {
        var world = try Self.world()
        let order = world.order(.all)
        while world.acknowledged.isEmpty, world.step() {}
        let spool = world.readers[0].spool
        world.disconnect(0)
        while world.step() {}
        #expect(world.summaries[order] == nil, "the other reader is through, this one is away")
        world.now += .milliseconds(9_000)
        world.readers[0].spool = spool
        world.connect(0)
        world.run()
        #expect(world.summaries[order]?.found == 4)
    }

    @Test func aReaderThatStaysAwayIsWaitedForTenSeconds() throws {
        var world = try Self.world()
        let order = world.order(.all)
        world.disconnect(0)
        let start = world.now
        world.run()
        #expect(world.summaries[order]?.found == 2)
        #expect(world.now - start == .milliseconds(10_000))
    }

    @Test func aScopeThatNamesNothingIsRefused() throws {
        var world = try Self.world()
        let tooMany = [[UInt8]](repeating: Self.here, count: 257)
        for scope in [
            .areas([]), .areas([[1, 2]]), .areas(tooMany), .readers([]),
            .readers([ReaderAddress(gnbID: 1, readerIndex: 0)]),
            .readers([ReaderAddress(gnbID: 1, readerIndex: 65_536)]),
        ] as [InventoryScope] {
            #expect(world.inventory(.all, scope: scope)?.refusal == .unusableScope)
        }
        #expect(world.requests.isEmpty && world.changes.isEmpty)
    }

    @Test func aReaderThatComesBackReplacesItsOldConnection() throws {
        var world = try Self.world()
        let order = world.order(.device(CoreWorld.deviceID(0)))
        // The old connection has vanished without a word.
        let old = world.readers[0].connection
        world.readers[0].loseLink()
        world.readers[0].open = [:]
        world.connect(0)
        #expect(world.log.contains("close") && world.readers[0].connection != old)
        world.run()
        #expect(world.summaries[order]?.found == 1)
    }

    @Test func moreReadersThanTheLimitAreTurnedAway() throws {
        var configuration = AIoTFConfiguration()
        configuration.readerLimit = 2
        var world = try Self.world(configuration: configuration)
        world.addReader(gnbID: 3)
        #expect(world.sent.last?.name == "NGSetupFailure" && world.log.last == "close")
        #expect(world.inventory(.all)?.requests == 2)
    }

    @Test func aDeviceProvisionedMeanwhileIsFoundByTheNextOrder() throws {
        var world = try CoreWorld(2, profile: .deviceAuthentication)
        let record = try #require(world.aiotf.registry.devices[CoreWorld.deviceID(1)])
        var registry = Registry()
        let first = try #require(world.aiotf.registry.devices[CoreWorld.deviceID(0)])
        try registry.provision(first)
        world = CoreWorld(devices: world.devices, registry: registry)
        let order = world.order(.all)
        try world.aiotf.provision(record)
        #expect(throws: RegistryError.duplicate(record.id)) { try world.aiotf.provision(record) }
        world.run()
        #expect(world.told[order]?.count ?? 0 >= 1)
        #expect(world.inventory(.device(record.id))?.found == 1)
    }
}
