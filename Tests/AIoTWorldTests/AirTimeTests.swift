import AIoTAir
import AIoTBase
import AIoTMac
import AIoTReader
import AIoTSecurity
import RadioFrontEnd
import Testing

/// Air time of whole inventories at 7.5 kbit/s, without capture; `bench-contention air-time` has more seeds.
@Suite struct AirTimeTests {
    private static func run(
        _ devices: Int, frequencyCode: Int = 0, seed: UInt64, roundTrip: AirDuration = .zero
    ) throws -> BurstInventory {
        var conditions = BurstAirConditions()
        conditions.captureThresholdDB = nil
        var reader = ReaderConfiguration()
        reader.rateCode = 1
        reader.frequencyCode = frequencyCode
        reader.maxRounds = 1_000
        return try BurstInventory(
            devices: devices, configuration: .standard, target: devices == 1 ? .single : .group, seed: seed,
            conditions: conditions, reader: reader, coreRoundTrip: roundTrip)
    }

    /// Mean air time over so many seeds.
    private static func airTime(
        _ devices: Int, frequencyCode: Int = 0, seeds: UInt64, roundTrip: AirDuration = .zero
    ) throws -> Double {
        var sum = 0.0
        for seed in 1...seeds {
            let inventory = try run(devices, frequencyCode: frequencyCode, seed: 10 * seed, roundTrip: roundTrip)
            #expect(inventory.foundEachOnce && inventory.allAuthenticated)
            sum += inventory.airSeconds
        }
        return sum / Double(seeds)
    }

    @Test(arguments: [(1, 1), (10, 20), (150, 3), (1_000, 1)])
    func anInventoryTakesNoMoreThanATenthAboveTheBound(devices: Int, seeds: UInt64) throws {
        let identity = devices == 1 ? Population.idOctets : 6
        let bound = AirTimeBound(
            rateCode: 1, chipsPerSymbol: 6, positions: 1,
            sizes: AirTimeBound.Sizes(paging: 9 + 17 + 2 + identity + 8, answer: 30, report: 19))
        let least = devices == 1 ? bound.single : bound.group(devices)
        let air = try Self.airTime(devices, seeds: seeds)
        #expect(air <= 1.1 * least)
        #expect(air > 0.97 * least, "a bound that is undercut is none")
    }

    @Test func aHundredAndFiftyDevicesTakeLessThanTenSecondsWithFourPositions() throws {
        #expect(try Self.airTime(150, frequencyCode: 2, seeds: 3) < 10)
    }

    @Test(arguments: [(150, 4), (1_000, 1)])
    func aTenthOfASecondToTheAIoTFLeavesNinetyFivePercentOfTheThroughput(devices: Int, seeds: UInt64) throws {
        let near = try Self.airTime(devices, seeds: seeds)
        let far = try Self.airTime(devices, seeds: seeds, roundTrip: .milliseconds(100))
        #expect(near >= 0.95 * far)
    }

    @Test func acknowledgementsWaitUntilAMessageIsFullOrAPagingIsNext() throws {
        let inventory = try Self.run(60, seed: 3)
        var acknowledged = 0
        var partial = 0
        for frame in inventory.frames where frame.isR2D {
            switch try R2DMessage(decoding: frame.octets) {
            case .acknowledgement(let message):
                acknowledged += message.asIDs.count
                if message.asIDs.count < MACLimits.listEntries { partial += 1 }
            case .accessTrigger: #expect(partial == 0, "the round was not over")
            case .paging: partial = 0
            default: break
            }
        }
        #expect(acknowledged == 60)
    }

    @Test func moreDevicesThanThereAreASIDsAreFoundAndFewAreHeardInVain() throws {
        let inventory = try Self.run(2_000, frequencyCode: 2, seed: 5)
        #expect(inventory.foundEachOnce)
        #expect(inventory.dropped.count { $0 == .noASIDLeft } < 20)
    }
}
