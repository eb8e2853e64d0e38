import AIoTAir
import AIoTDevice
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld

/// The simulated devices of a loopback radio, and the air between them and the reader.
struct LoopbackPlan {
    var devices = 20
    /// Of everything that is drawn at random.
    var seed: UInt64 = 1
    var air = AirLevel.sample
    var security: SecurityConfiguration
    /// Per bit, dB.
    var snr = 20.0
    /// Probability that a device misses a frame or its burst is lost; burst level only.
    var loss = 0.0
    /// Largest error of the devices' clocks, ppm.
    var clockError = 20_000

    /// The same seed gives the same IDs and keys, whatever else differs.
    func population(nonVolatile: [DeviceNonVolatile] = []) -> Population {
        Population(
            count: devices, configuration: security, largestClockError: Double(clockError) / 1e6,
            nonVolatile: nonVolatile, seed: seed)
    }

    /// - Parameter record: takes every received sample, interleaved (sample level only).
    func radio(
        of population: Population, for reader: ReaderConfiguration,
        record: @escaping (UnsafeBufferPointer<Float>) -> Void = { _ in }
    ) -> any LoopbackRadio {
        switch air {
        case .burst:
            var conditions = BurstAirConditions()
            conditions.r2dLoss = loss
            conditions.d2rLoss = loss
            conditions.snrDB = snr
            return BurstRadio(
                air: BurstAir(
                    devices: population.devices, conditions: conditions, profile: reader.profile, seed: seed &+ 1),
                profile: reader.profile)
        case .sample:
            var conditions = SampleAirConditions()
            conditions.snrDB = snr
            conditions.bitRateHz = reader.bitRateHz
            let air = SampleAir(
                devices: population.devices, conditions: conditions, profile: reader.profile,
                sampleRateHz: reader.sampleRateHz, seed: seed &+ 1)
            return SampleRadio(air: air, profile: reader.profile, sampleRateHz: reader.sampleRateHz, record: record)
        }
    }
}
