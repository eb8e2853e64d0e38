import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import Testing

/// What becomes of bursts on the simulated air at burst level.
@Suite struct BurstAirTests {
    // MARK: Places

    @Test func oneBurstInItsPlaceIsDecodedOnTheDevicesOwnClock() throws {
        var bench = try AirBench(devices: 1)
        let reports = bench.page(q: 0)
        let burst = try #require(reports[0].burst)
        let error = bench.air.devices[0].clockError
        #expect(error != 0 && abs(error) <= 0.02)
        #expect(burst.crcRight && burst.octets.count == 2)
        #expect(burst.start == AirBench.end + AirDuration(seconds: 250e-6 / (1 + error)))
        let nominal = bench.msg1.format().duration(in: .oursV0).seconds
        #expect(abs(burst.duration.seconds - nominal / (1 + error)) < 2e-9)
        #expect(burst.measurement.clockError == error)
        #expect(abs(burst.measurement.snrDB - 20) < 1e-9 && burst.measurement.powerDB == -30)
    }

    @Test func whereNobodyAnswersThePlaceIsIdle() throws {
        var bench = try AirBench(devices: 0)
        #expect(bench.page(q: 0) == [.idle])
    }

    @Test func aBurstIsHeardOnlyWhereTheReceiverListens() throws {
        var bench = try AirBench(devices: 1)
        var elsewhere = bench.places(q: 0)
        elsewhere[0].delay = .microseconds(300)
        #expect(bench.page(q: 0, expecting: elsewhere) == [.idle])
        elsewhere = bench.places(q: 0)
        elsewhere[0].format.fec = true
        #expect(bench.page(q: 0, expecting: elsewhere) == [.idle])
        #expect(bench.page(q: 0, expecting: []) == [])
        #expect(bench.air.lastBursts.count == 1)
    }

    @Test func everyDeviceAnswersOnceInARoundAndOccasionsHoldWhatTheirBurstsMake() throws {
        var bench = try AirBench(devices: 60, captureThresholdDB: nil)
        var bursts = 0
        for index in UInt8(0)..<16 {
            let reports = index == 0 ? bench.page(q: 6, xCode: 1, yCode: 1) : bench.trigger(index, xCode: 1, yCode: 1)
            bursts += bench.air.lastBursts.count
            for (place, report) in zip(bench.places(q: 6, xCode: 1, yCode: 1), reports) {
                let there = bench.air.lastBursts.filter {
                    $0.transmission.timePosition == place.timePosition
                        && $0.transmission.frequencyPosition == place.frequencyPosition
                }
                switch there.count {
                case 0: #expect(report == .idle)
                case 1: #expect(report.burst?.octets == there[0].transmission.message)
                default: #expect(report == .undecodable)
                }
            }
        }
        #expect(bursts == 60)
    }

    // MARK: Collisions and capture

    @Test func twoBurstsOfLikePowerCollide() throws {
        var bench = try AirBench(devices: 2)
        #expect(bench.page(q: 0) == [.undecodable])
    }

    @Test func aBurstThatStandsOutOfTheSumOfTheOthersIsDecoded() throws {
        var bench = try AirBench(devices: 3)
        // Two others of 0 dB make 3.01 dB.
        bench.air.setPower(dB: 9, device: 1)
        #expect(bench.page(q: 0) == [.undecodable])
        bench.air.setPower(dB: 9.02, device: 1)
        let burst = try #require(bench.page(q: 0)[0].burst)
        #expect(burst.octets == bench.air.lastBursts[1].transmission.message)
        #expect(abs(burst.measurement.snrDB - 6) < 0.1, "the others are noise to it")
        #expect(burst.measurement.isCollided)
    }

    @Test func ofTwoBurstsThatDifferInPowerBothAreDecodedTheStrongerFirst() throws {
        var bench = try AirBench(devices: 2)
        bench.air.setPower(dB: 2.9, device: 1)
        #expect(bench.page(q: 0) == [.undecodable])
        bench.air.setPower(dB: 3.1, device: 1)
        guard case .collision(let bursts) = bench.page(q: 0)[0] else {
            Issue.record("no collision")
            return
        }
        #expect(bursts.map(\.octets) == bench.air.lastBursts.reversed().map(\.transmission.message))
        #expect(bursts.allSatisfy { $0.measurement.isCollided })
    }

    @Test func nothingIsReadBeneathACorruptedBurst() throws {
        var bench = try AirBench(devices: 2)
        bench.air.setPower(dB: 9, device: 1)
        bench.air.fault = { $0.direction == .d2r(device: 1) ? .corrupted : nil }
        #expect(bench.page(q: 0) == [.undecodable])
        bench.air.fault = { $0.direction == .d2r(device: 0) ? .corrupted : nil }
        #expect(bench.page(q: 0)[0].bursts.map(\.octets) == [bench.air.lastBursts[1].transmission.message])
    }

    @Test func withoutACaptureThresholdNoCollisionIsDecoded() throws {
        var bench = try AirBench(devices: 2, captureThresholdDB: nil)
        bench.air.setPower(dB: 60, device: 0)
        #expect(bench.page(q: 0) == [.undecodable])
    }

    // MARK: Losses

    @Test func lossesHaveTheProbabilityAskedForInEachDirection() throws {
        var idle = 0
        var undecodable = 0
        for seed in UInt64(0)..<500 {
            var conditions = BurstAirConditions()
            conditions.r2dLoss = 0.3
            conditions.d2rLoss = 0.2
            var bench = try AirBench(devices: 1, conditions: conditions, seed: seed)
            switch bench.page(q: 0)[0] {
            case .idle: idle += 1
            case .undecodable: undecodable += 1
            case .decoded, .collision: break
            }
        }
        // 150 and 70 expected, standard deviations 10.2 and 7.8.
        #expect((110...190).contains(idle) && (40...100).contains(undecodable), "\(idle) \(undecodable)")
    }

    @Test func singleFramesCanBeLostCorruptedOrAltered() throws {
        var bench = try AirBench(devices: 1)
        bench.air.fault = { $0.direction == .r2d && $0.number == 0 ? .lost : nil }
        #expect(bench.page(q: 0) == [.idle])
        #expect(bench.page(q: 0)[0].burst != nil)
        bench.air.fault = { $0.direction == .d2r(device: 0) ? .corrupted : nil }
        #expect(bench.page(q: 0) == [.undecodable])
        bench.air.fault = { $0.direction == .d2r(device: 0) ? .altered([1, 2]) : nil }
        #expect(bench.page(q: 0)[0].burst?.octets == [1, 2])
        bench.air.fault = { $0.direction == .r2d ? .altered([0xFF]) : nil }
        #expect(bench.page(q: 0) == [.idle])
        bench.air.fault = { $0.direction == .r2d ? .corrupted : nil }
        #expect(bench.page(q: 0) == [.idle])
        bench.air.fault = { _ in nil }
        #expect(bench.page(q: 0)[0].burst != nil)
    }

    @Test func octetsThatAreNoMessageGetNoAnswer() throws {
        var bench = try AirBench(devices: 1)
        #expect(bench.air.exchange(octets: [], endingAt: AirBench.end, expecting: bench.places(q: 0)) == [.idle])
        #expect(bench.air.exchange(octets: [0x70], endingAt: AirBench.end, expecting: []) == [])
    }

    // MARK: Carrier and presence

    @Test func carrierLossTakesEveryDevicesSession() throws {
        var bench = try AirBench(devices: 2, replayProtection: true)
        bench.air.setPower(dB: 60, device: 0)
        #expect(bench.page(q: 0)[0].burst != nil)
        bench.air.carrierLost()
        #expect(bench.page(q: 0) == [.idle], "the page is no longer fresh")
        #expect(bench.air.devices.allSatisfy { $0.nas.answersSent == 0 })
    }

    @Test func aDeviceOutOfTheFieldHearsNothingAndComesBackWithoutASession() throws {
        var bench = try AirBench(devices: 1)
        bench.air.setPresent(false, device: 0)
        #expect(bench.page(q: 0) == [.idle])
        bench.air.setPresent(true, device: 0)
        #expect(bench.page(q: 0)[0].burst != nil)
        bench.air.setPresent(false, device: 0)
        bench.air.setPresent(true, device: 0)
        #expect(DeviceAttention(of: bench.air.devices[0]).awaitedRandomID == nil)
        bench.air.setPresent(false, device: 1)
        bench.air.setPower(dB: 1, device: -1)
    }

    // MARK: Determinism

    @Test func theSameSeedGivesTheSameReportsAndAnotherDoesNot() throws {
        func run(seed: UInt64) throws -> [OccasionReport] {
            var conditions = BurstAirConditions()
            conditions.r2dLoss = 0.1
            conditions.d2rLoss = 0.1
            var bench = try AirBench(devices: 40, conditions: conditions, seed: seed)
            var reports = bench.page(q: 5, xCode: 1, yCode: 1)
            for index in UInt8(1)..<8 { reports += bench.trigger(index, xCode: 1, yCode: 1) }
            return reports
        }
        #expect(try run(seed: 4) == run(seed: 4))
        #expect(try run(seed: 4) != run(seed: 5))
    }
}
