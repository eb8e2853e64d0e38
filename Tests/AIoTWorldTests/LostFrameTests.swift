import AIoTAir
import AIoTMac
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// Single frames lost, each in turn, and a tenth of all.
@Suite struct LostFrameTests {
    private static let configurations: [SecurityConfiguration] = [.standard, .withoutNetworkAuthentication]

    private func inventory(
        _ way: Way, _ configuration: SecurityConfiguration, devices: Int = 3,
        losing losses: ChosenLosses = ChosenLosses()
    ) throws -> BurstInventory {
        var conditions = BurstAirConditions()
        conditions.chosenLosses = losses
        return try BurstInventory(
            devices: devices, configuration: configuration, target: way.target, conditions: conditions,
            reader: way.reader)
    }

    @Test(arguments: Way.all)
    func anyR2DFrameMayBeMissedByOneDeviceOrAll(way: Way) throws {
        for configuration in Self.configurations {
            let frames = try #require(try inventory(way, configuration).radio).air.r2dFrameCount
            for frame in 0..<frames {
                for device in [nil, 0, 1, 2] as [Int?] {
                    var losses = ChosenLosses()
                    losses.r2dFrames = [frame]
                    losses.deviceMissingR2D = device
                    let run = try inventory(way, configuration, losing: losses)
                    let label: Comment = "\(way), profile \(configuration.profile.rawValue), \(losses)"
                    #expect(run.ended, label)
                    #expect(run.foundEachOnce, label)
                    #expect(run.allAuthenticated, label)
                }
            }
        }
    }

    @Test(arguments: Way.all)
    func anyD2RBurstMayComeInCorruptedOrNotAtAll(way: Way) throws {
        for configuration in Self.configurations {
            let bursts = try #require(try inventory(way, configuration).radio).air.d2rBurstCount
            for burst in 0..<bursts {
                for isAbsent in [false, true] {
                    var losses = ChosenLosses()
                    losses.d2rBursts = [burst]
                    losses.burstsAreAbsent = isAbsent
                    let run = try inventory(way, configuration, losing: losses)
                    let label: Comment = "\(way), profile \(configuration.profile.rawValue), \(losses)"
                    #expect(run.ended, label)
                    #expect(run.foundEachOnce, label)
                    #expect(run.allAuthenticated, label)
                }
            }
        }
    }

    /// The place of the first R2D frame for which `isIt` holds.
    private func place(in run: BurstInventory, where isIt: (R2DMessage) -> Bool) -> Int? {
        run.frames.filter(\.isR2D).firstIndex { (try? R2DMessage(decoding: $0.octets)).map(isIt) ?? false }
    }

    @Test(arguments: Way.all.filter { $0.target != .single })
    func aLostAcknowledgementMakesTheDeviceComeAgainAndGivesOneResult(way: Way) throws {
        let whole = try inventory(way, .standard, devices: 1)
        let frame = try #require(
            place(in: whole) { if case .acknowledgement = $0 { true } else { false } })
        var losses = ChosenLosses()
        losses.r2dFrames = [frame]
        let run = try inventory(way, .standard, devices: 1, losing: losses)
        #expect(run.results.count == 1)
        #expect(run.foundEachOnce)
        #expect(run.requestedNonces.count == 1)
        // It was heard twice, and acknowledged twice.
        #expect(whole.world.reader.counters.accessResponses == 1)
        #expect(run.world.reader.counters.accessResponses == 2)
        #expect(run.world.reader.counters.acknowledged == 2)
    }

    private func networkResponses(_ run: BurstInventory) -> [[UInt8]] {
        run.frames.filter(\.isR2D).map(\.octets).filter { octets in
            guard case .upperLayerData(let data)? = try? R2DMessage(decoding: octets) else { return false }
            return data.sdu.first == NASType.networkResponse.rawValue
        }
    }

    @Test(arguments: Way.all)
    func aLostIDReportIsRepeatedOctetForOctet(way: Way) throws {
        let whole = try inventory(way, .standard, devices: 1)
        let burst = try #require(whole.radio).air.d2rBurstCount - 1
        var losses = ChosenLosses()
        losses.d2rBursts = [burst]
        let run = try inventory(way, .standard, devices: 1, losing: losses)
        #expect(run.foundEachOnce)
        #expect(run.requestedNonces.count == 1)
        let reports = whole.frames.filter { !$0.isR2D }.map(\.octets)
        #expect(run.frames.filter { !$0.isR2D }.map(\.octets) == reports)
        let responses = networkResponses(whole)
        #expect(responses.count == 1)
        #expect(networkResponses(run) == responses + responses)
    }

    @Test(arguments: [AccessMode.cbra, .direct])
    func aTenthOfAllFramesLostHidesNoDevice(mode: AccessMode) throws {
        var conditions = BurstAirConditions()
        conditions.r2dLoss = 0.1
        conditions.d2rLoss = 0.1
        let way = Way(target: .group, mode: mode)
        for seed in UInt64(1)...20 {
            let run = try BurstInventory(
                devices: 30, configuration: .standard, target: .group, seed: seed, conditions: conditions,
                reader: way.reader)
            #expect(run.ended, "seed \(seed)")
            #expect(run.foundEachOnce, "seed \(seed): \(run.results.count) found")
        }
    }
}
