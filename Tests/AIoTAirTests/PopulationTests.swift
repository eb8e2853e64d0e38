import AIoTAir
import AIoTDevice
import AIoTSecurity
import Testing

@Suite struct PopulationTests {
    private static let configuration = SecurityConfiguration(
        profile: .deviceAuthentication, algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2))

    private func population(_ count: Int, seed: UInt64 = 1) -> Population {
        Population(count: count, configuration: Self.configuration, largestClockError: 0.02, seed: seed)
    }

    @Test func devicesDifferInIdentityKeyAndClock() {
        let population = population(200)
        #expect(Set(population.provisioning.map(\.deviceID)).count == 200)
        #expect(population.provisioning.allSatisfy { $0.deviceID.count == 12 && $0.groups == [population.group] })
        #expect(Set(population.provisioning.map(\.key.exposedOctets)).count == 200)
        let errors = population.devices.map(\.clockError)
        #expect(errors.allSatisfy { abs($0) <= 0.02 })
        #expect((errors.min() ?? 0) < -0.015 && (errors.max() ?? 0) > 0.015)
    }

    @Test func theSameSeedMakesTheSameDevicesAndAnotherDoesNot() {
        #expect(population(5).provisioning == population(5).provisioning)
        #expect(population(5).provisioning != population(5, seed: 2).provisioning)
    }

    @Test func aSmallerPopulationIsTheBeginningOfALargerOne() {
        #expect(population(9).provisioning == Array(population(30).provisioning.prefix(9)))
    }

    @Test func onlyTheFirstAreInTheGroupWhereThatIsAskedFor() {
        let population = Population(
            count: 5, groupMembers: 2, configuration: Self.configuration, largestClockError: 0, seed: 1)
        #expect(population.provisioning.map(\.groups.count) == [1, 1, 0, 0, 0])
    }

    @Test func noCountOfDevicesTraps() {
        #expect(population(0).devices.isEmpty && population(-1).devices.isEmpty)
    }
}
