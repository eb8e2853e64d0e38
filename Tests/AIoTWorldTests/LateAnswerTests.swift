import AIoTBase
import AIoTMac
import AIoTReader
import AIoTSecurity
import AIoTWorld
import NGAP
import RadioFrontEnd
import Testing

/// An AIoTF that is further away than an exchange may wait.
@Suite struct LateAnswerTests {
    private func commandFailures(_ run: BurstInventory) -> [CommandFailure] {
        run.ngap.compactMap { octets in
            guard case .commandFailure(let message)? = try? NGAPPDU(decoding: octets) else { return nil }
            return message
        }
    }

    private func commandRequests(_ run: BurstInventory) -> [CommandRequest] {
        run.ngap.compactMap { octets in
            guard case .commandRequest(let message)? = try? NGAPPDU(decoding: octets) else { return nil }
            return message
        }
    }

    /// What the AIoTF sends reaches the air in these messages alone.
    private func relayedSDUs(_ run: BurstInventory) -> [[UInt8]] {
        run.frames.filter(\.isR2D).compactMap { frame in
            guard case .upperLayerData(let data)? = try? R2DMessage(decoding: frame.octets) else { return nil }
            return data.sdu
        }
    }

    @Test(arguments: Way.all)
    func aLateCommandIsCountedAnsweredAndNeverReachesTheAir(way: Way) throws {
        let run = try BurstInventory(
            devices: 2, configuration: .standard, target: way.target, reader: way.reader,
            coreRoundTrip: .milliseconds(600))
        #expect(run.ended)
        #expect(run.results.isEmpty)
        let requests = commandRequests(run)
        let failures = commandFailures(run)
        #expect(!requests.isEmpty)
        #expect(failures.map(\.ranDeviceNGAPID) == requests.map(\.ranDeviceNGAPID))
        let causes: Set<Cause> = [.aiotDeviceNotReachable, .unknownAIoTSession]
        #expect(failures.allSatisfy { causes.contains($0.cause) })
        #expect(failures.contains { $0.cause == .aiotDeviceNotReachable })
        #expect(run.world.reader.counters.dropped[.lateCommand] == requests.count)
        #expect(run.dropped.filter { $0 == .lateCommand }.count == requests.count)
        #expect(relayedSDUs(run).isEmpty)
    }

    @Test(arguments: Way.all)
    func aBudgetThatCoversTheRoundTripFindsTheDevices(way: Way) throws {
        var reader = way.reader
        reader.exchangeBudgetMilliseconds = 700
        let run = try BurstInventory(
            devices: 2, configuration: .standard, target: way.target, reader: reader,
            coreRoundTrip: .milliseconds(600))
        #expect(run.foundEachOnce)
        #expect(run.dropped.isEmpty)
        #expect(run.requestedNonces.count == (way.target == .single ? 2 : 1))
    }

    @Test(arguments: Way.all)
    func aCoreThatBecomesFasterIsTakenAtOnce(way: Way) throws {
        var run = try BurstInventory(
            quietWorldOf: 2, configuration: .standard, target: way.target, reader: way.reader,
            coreRoundTrip: .milliseconds(600))
        run.order()
        let hasEnded = run.world.run(until: AirTime(nanoseconds: 1_900_000_000))
        #expect(!hasEnded)
        #expect(run.results.isEmpty)
        #expect(run.dropped.contains(.lateCommand))
        run.world.coreRoundTrip = .milliseconds(100)
        let hasEndedNow = run.world.run(until: BurstInventory.limit)
        #expect(hasEndedNow)
        #expect(run.foundEachOnce)
    }

    @Test(arguments: Way.all)
    func whereNothingIsAwaitedTheRoundTripDoesNotMatter(way: Way) throws {
        let run = try BurstInventory(
            devices: 2, configuration: .withoutNetworkAuthentication, target: way.target, reader: way.reader,
            coreRoundTrip: .milliseconds(5_000))
        #expect(run.foundEachOnce)
        #expect(run.dropped.isEmpty)
    }
}
