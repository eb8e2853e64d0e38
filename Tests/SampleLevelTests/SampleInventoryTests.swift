import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import Testing

/// An inventory of a group with waveforms, and what came of it.
private struct SampleInventory {
    var results: [DeviceResult] = []
    var hasEnded: Bool

    private final class Log {
        var results: [DeviceResult] = []
    }

    /// Clock errors of the devices are uniform within plus and minus `clockError`.
    init(
        devices: Int, seed: UInt64, snrDB: Double, reader: ReaderConfiguration, clockError: Double = 0.02
    ) throws {
        let configuration = SecurityConfiguration(
            profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
            counterWindow: 15)
        let population = Population(
            count: devices, configuration: configuration, profile: reader.profile, largestClockError: clockError,
            seed: seed)
        let registry = try Registry(of: population)
        var conditions = SampleAirConditions()
        conditions.snrDB = snrDB
        conditions.bitRateHz = reader.bitRateHz
        // Every device at the same SNR: none stronger, none weaker.
        conditions.powerSpreadDB = 0
        let air = SampleAir(
            devices: population.devices, conditions: conditions, profile: reader.profile,
            sampleRateHz: reader.sampleRateHz, seed: seed)
        let log = Log()
        var world = World(
            reader: Reader(configuration: reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: seed)),
            radio: SampleRadio(air: air, profile: reader.profile, sampleRateHz: reader.sampleRateHz)
        ) { happening in
            if case .result(let result, _) = happening { log.results.append(result) }
        }
        world.start()
        world.order(InventoryOrder(target: .group(population.group.id)))
        hasEnded = world.run(until: AirTime(nanoseconds: 60_000_000_000))
        results = log.results
    }

    /// Whether each of `count` devices was told once, authenticated.
    func hasFound(_ count: Int) -> Bool {
        hasEnded && results.count == count && Set(results.map(\.deviceID)).count == count
            && results.allSatisfy(\.authenticated)
    }
}

@Suite struct SampleInventoryTests {
    @Test(arguments: 1...20)
    func fiftyDevicesAreAuthenticatedAtFifteenDecibel(seed: UInt64) throws {
        let inventory = try SampleInventory(devices: 50, seed: seed, snrDB: 15, reader: ReaderConfiguration())
        #expect(inventory.hasFound(50), "seed \(seed): \(inventory.results.count) found")
    }

    @Test(arguments: [1_920_000.0, 2_000_000, 2_400_000, 3_200_000])
    func anySampleRateServesAnInventory(sampleRateHz: Double) throws {
        var reader = ReaderConfiguration()
        reader.sampleRateHz = sampleRateHz
        let inventory = try SampleInventory(devices: 8, seed: 3, snrDB: 18, reader: reader)
        #expect(inventory.hasFound(8), "\(inventory.results.count) found")
    }

    @Test(arguments: [(true, false, false), (false, true, false), (true, true, true), (false, false, true)])
    func codingRepetitionAndMidamblesServeAnInventory(fec: Bool, repetition: Bool, midamble: Bool) throws {
        var reader = ReaderConfiguration()
        (reader.fec, reader.repetition, reader.midamble) = (fec, repetition, midamble)
        reader.frequencyCode = 1
        let inventory = try SampleInventory(devices: 6, seed: 4, snrDB: 15, reader: reader)
        #expect(inventory.hasFound(6), "\(inventory.results.count) found")
    }

    /// Nothing but the value of the profile is another one.
    @Test func aSecondAirProfilePassesByItsValueAlone() throws {
        var profile = AirProfile.oursV0
        profile.name = "second"
        profile.d2rPreamble = "1110010110011000010111101000011".utf8.map { $0 & 1 }
        profile.d2rMidamble = "110010111000".utf8.map { $0 & 1 }
        profile.d2rMidambleSpacing = 48
        profile.shortCRCLimit = 40
        profile.shortCRC = CRC(width: 8, polynomial: 0x07)
        profile.longCRC = CRC(width: 24, polynomial: 0x86_4CFB)
        profile.r2dLengthBits = 11
        profile.r2dPostambleChips = 6
        profile.d2rTurnaround = .microseconds(400)
        profile.slotGuard = .microseconds(300)
        var reader = ReaderConfiguration()
        reader.profile = profile
        reader.midamble = true
        #expect(try SampleInventory(devices: 10, seed: 5, snrDB: 18, reader: reader).hasFound(10))
        // The profile matters: a reader of the first one hears nothing of devices of the second.
        let pdu = try R2DModulator.waveform(of: [0x1C, 0x37], chipsPerSymbol: 6, in: profile)
        let other = try R2DModulator.waveform(of: [0x1C, 0x37], chipsPerSymbol: 6, in: .oursV0)
        #expect(pdu.edges != other.edges)
    }

    @Test func devicesTenPercentOffAreFoundByAReaderThatListensForThem() throws {
        var reader = ReaderConfiguration()
        reader.profile.largestClockError = 0.1
        let heard = try SampleInventory(devices: 20, seed: 3, snrDB: 25, reader: reader, clockError: 0.1)
        #expect(heard.hasFound(20), "\(heard.results.count) found")
        let narrow = ReaderConfiguration()
        let half = try SampleInventory(devices: 20, seed: 3, snrDB: 25, reader: narrow, clockError: 0.1)
        #expect(half.results.count < 20)
    }
}
