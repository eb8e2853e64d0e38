import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import Testing

/// A population on the burst-level air, and pagings of its group.
struct AirBench {
    var air: BurstAir
    let population: Population
    let pagingPDU: [UInt8]
    let msg1 = Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: 2)

    /// When each R2D frame ends.
    static let end = AirTime(nanoseconds: 5_000_000)

    init(
        devices: Int, replayProtection: Bool = false, captureThresholdDB: Double? = 6,
        conditions: BurstAirConditions? = nil, seed: UInt64 = 1
    ) throws {
        let configuration = SecurityConfiguration(
            profile: replayProtection ? [.replayProtection, .deviceAuthentication] : .deviceAuthentication,
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2),
            counterWindow: replayProtection ? 3 : 0)
        population = Population(count: devices, configuration: configuration, largestClockError: 0.02, seed: seed)
        var plain = BurstAirConditions()
        plain.powerSpreadDB = 0
        plain.captureThresholdDB = captureThresholdDB
        air = BurstAir(
            devices: population.devices, conditions: conditions ?? plain, profile: .oursV0, seed: seed &+ 1)
        var generator = SeededGenerator(seed: seed &+ 2)
        let nonce1 = Nonce(drawnFrom: &generator)
        var cost = CryptoCost()
        let identity = try PagingIdentity.make(
            for: .group(groupID: population.group.id, key: population.group.key), configuration: configuration,
            counter: 0, nonce1: nonce1, cost: &cost)
        pagingPDU = try NASPaging(nonce1: nonce1, identity: identity).encoded()
    }

    /// The places of one trigger.
    func places(q: UInt8, xCode: UInt8 = 0, yCode: UInt8 = 0) -> [ExpectedBurst] {
        AccessOccasions(q: Int(q), xCode: Int(xCode), yCode: Int(yCode)).positions(ofTrigger: 0).map { position in
            let format = D2RBurstFormat(
                rateCode: 4, subcarrierPeriods: 2 << position.frequency, transportBlockOctets: 2)
            return ExpectedBurst(
                format: format,
                delay: .microseconds(250) + format.slotDuration(in: .oursV0) * Int64(position.time),
                timePosition: position.time, frequencyPosition: position.frequency)
        }
    }

    mutating func page(
        q: UInt8, xCode: UInt8 = 0, yCode: UInt8 = 0, expecting: [ExpectedBurst]? = nil
    ) -> [OccasionReport] {
        let paging = Paging(
            transactionID: TransactionID(2), access: .cbra, xCode: xCode, yCode: yCode, q: q, schedule: msg1,
            sdu: pagingPDU)
        return air.exchange(
            .paging(paging), endingAt: Self.end, expecting: expecting ?? places(q: q, xCode: xCode, yCode: yCode))
    }

    mutating func trigger(_ index: UInt8, xCode: UInt8 = 0, yCode: UInt8 = 0) -> [OccasionReport] {
        let trigger = AccessTrigger(transactionID: TransactionID(2), index: index)
        return air.exchange(
            .accessTrigger(trigger), endingAt: Self.end, expecting: places(q: 15, xCode: xCode, yCode: yCode))
    }
}

extension Schedule {
    func format() -> D2RBurstFormat {
        D2RBurstFormat(
            rateCode: Int(rateCode), subcarrierPeriods: 1 << Int(subcarrierCode),
            transportBlockOctets: Int(transportBlockOctets))
    }
}

extension OccasionReport {
    var burst: ReceivedBurst? {
        bursts.first
    }
}
