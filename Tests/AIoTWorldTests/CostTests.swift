import AIoTAir
import AIoTDevice
import AIoTMac
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// What an exchange costs a device, as its model counts it.
@Suite struct CostTests {
    private func costs(
        _ configuration: SecurityConfiguration, _ way: Way, devices: Int = 1,
        alter: (inout Population) -> Void = { _ in }
    ) throws -> [ExchangeCost] {
        let run = try BurstInventory(
            devices: devices, configuration: configuration, target: way.target, reader: way.reader, alter: alter)
        return try #require(run.radio).air.devices.map(\.nas.cost)
    }

    private static let cfra = Way(target: .single, mode: .cfra)

    /// Derivations of four blocks of HMAC each: k_AIoT, k_AIoT_ses, ARES, NRES, key hint, the next paging tag, and two
    /// keys each under k_AIoT and k_AIoT_ses. AES: the page and the ID take one block of CTR and three of CMAC each.
    @Test(arguments: [
        (UInt8(0x00), UInt8(0x00), 2, 0), (0x02, 0x00, 3, 0), (0x13, 0x22, 8, 8), (0x17, 0x22, 9, 8),
        (0x37, 0x22, 10, 8),
    ])
    func anExchangeCosts(profile: UInt8, algorithms: UInt8, derivations: Int, aesBlocks: Int) throws {
        let configuration = SecurityConfiguration(
            profile: SecurityProfile(rawValue: profile),
            algorithms: try #require(SecurityAlgorithms(octet: algorithms)),
            counterWindow: algorithms & 0x0F == 2 ? 15 : 0)
        let cost = try #require(try costs(configuration, Self.cfra).first)
        #expect(cost.hmacBlocks == 4 * derivations)
        #expect(cost.aesBlocks == aesBlocks)
        #expect(cost.nonVolatileWrites == 1)
    }

    /// Twenty devices are paged one after the other: each pays for its own exchange, and nothing for the other 19.
    @Test func withThePagingTagADeviceThatIsNotAddressedDerivesNothing() throws {
        let alone = try #require(try costs(.tagged, Self.cfra).first)
        let inCompany = try costs(.tagged, Self.cfra, devices: 20)
        #expect(inCompany.count == 20)
        for cost in inCompany {
            #expect(cost.crypto == alone.crypto)
            #expect(cost.nonVolatileWrites == 1)
            #expect(cost.octetsSent == alone.octetsSent)
            // It has heard them all, though.
            #expect(cost.octetsReceived > 19 * 30)
        }
        let withoutTag = try costs(.standard, Self.cfra, devices: 20)
        #expect(withoutTag.allSatisfy { $0.hmacBlocks > 19 * 4 })
    }

    /// One that is never asked for: nothing at all.
    @Test func aStrangerToAllPagesDerivesNothing() throws {
        let stranger = Population(count: 1, configuration: .tagged, largestClockError: 0, seed: 900)
        let costs = try costs(.tagged, Self.cfra, devices: 10) { $0.devices.append(contentsOf: stranger.devices) }
        #expect(costs.count == 11)
        #expect(costs[10].crypto == CryptoCost())
        #expect(costs[10].nonVolatileWrites == 0)
        #expect(costs[10].octetsSent == 0)
    }
}
