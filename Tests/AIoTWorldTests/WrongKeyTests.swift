import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// A device that has another key than the AIoTF has for it.
@Suite struct WrongKeyTests {
    private static let devices = 4

    @Test(arguments: Way.all)
    func itIsNotReportedAndDoesNotStopTheRest(way: Way) throws {
        for configuration in [SecurityConfiguration.standard, .withoutNetworkAuthentication, .commanded, .withoutHint] {
            let run = try BurstInventory(
                devices: Self.devices, configuration: configuration, target: way.target,
                command: configuration == .commanded ? .read(offset: 0, length: 4) : nil, reader: way.reader,
                alter: Self.giveFirstAnotherKey)
            let label: Comment = "\(way), profile \(configuration.profile.rawValue)"
            let ids = run.population.provisioning.map(\.deviceID)
            #expect(run.ended, label)
            #expect(run.results.count == Self.devices - 1, label)
            #expect(Set(run.results.map(\.deviceID)) == Set(ids.dropFirst()), label)
            #expect(run.allAuthenticated, label)
            let requests = run.summaries.reduce(0) { $0 + $1.requests }
            #expect(run.world.reader.counters.rounds <= requests * ReaderConfiguration().maxRounds, label)
            guard way.target != .single else { continue }
            #expect(run.world.aiotf.rejected[.unauthenticated, default: 0] > 0, label)
            let radio = try #require(run.radio)
            #expect(radio.air.devices[0].nas.answersSent <= NASLimits.answersPerNonce1, label)
        }
    }

    private static func giveFirstAnotherKey(_ population: inout Population) {
        guard let key = SecretKey([UInt8](repeating: 0x5A, count: SecretKey.octetCount)) else { return }
        var provisioning = population.provisioning[0]
        provisioning.key = key
        population.devices[0] = Device(provisioning: provisioning, generator: SeededGenerator(seed: 77))
    }
}
