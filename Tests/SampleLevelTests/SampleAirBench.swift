import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import Testing

/// A reader's modulator and receiver around the sample-level air.
struct SampleAirBench {
    var air: SampleAir
    let population: Population
    let pagingPDU: [UInt8]
    let sampleRateHz: Double
    /// Samples that are handed over at once.
    var blockLength = 8_192
    private var receiver: StreamReceiver
    private var position = 0

    static let msg1 = Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: 2)
    static let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)
    /// Of Msg1, sent in the first time position.
    static let place = ExpectedBurst(format: format, delay: .microseconds(250))

    /// Every device has the power of the conditions; even ones reflect on-off, odd ones in two phases.
    init(devices: Int, conditions: SampleAirConditions = plain(), sampleRateHz: Double = 2e6, seed: UInt64 = 1) throws {
        let configuration = SecurityConfiguration(
            profile: [.replayProtection, .deviceAuthentication],
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2), counterWindow: 3)
        population = Population(count: devices, configuration: configuration, largestClockError: 0.02, seed: seed)
        self.sampleRateHz = sampleRateHz
        air = SampleAir(
            devices: population.devices, conditions: conditions, profile: .oursV0, sampleRateHz: sampleRateHz,
            seed: seed &+ 1)
        receiver = StreamReceiver(profile: .oursV0, sampleRateHz: sampleRateHz)
        var generator = SeededGenerator(seed: seed &+ 2)
        let nonce1 = Nonce(drawnFrom: &generator)
        var cost = CryptoCost()
        let identity = try PagingIdentity.make(
            for: .group(groupID: population.group.id, key: population.group.key), configuration: configuration,
            counter: 0, nonce1: nonce1, cost: &cost)
        pagingPDU = try NASPaging(nonce1: nonce1, identity: identity).encoded()
        _ = hold(seconds: 0.5e-3)
    }

    static func plain(snrDB: Double = 15) -> SampleAirConditions {
        var conditions = SampleAirConditions()
        conditions.snrDB = snrDB
        conditions.powerSpreadDB = 0
        return conditions
    }

    var paging: R2DMessage {
        .paging(
            Paging(transactionID: TransactionID(2), access: .cbra, q: 0, schedule: Self.msg1, sdu: pagingPDU))
    }

    /// Pages all devices into one access occasion and says what came of it.
    mutating func page() throws -> OccasionReport {
        let frameEnd = try send(paging)
        receiver.expect([Self.place], afterSample: frameEnd)
        return judged(hold(seconds: 2e-3))
    }

    /// Sends a frame; returns where it ends, in samples.
    mutating func send(_ message: R2DMessage) throws -> Double {
        let waveform = try R2DModulator.waveform(of: message.encoded(), chipsPerSymbol: 24, in: .oursV0)
        let count = Int((waveform.seconds * sampleRateHz).rounded(.up))
        var carrier = [Float](repeating: 1, count: count)
        carrier.withUnsafeMutableBufferPointer {
            waveform.render(into: $0, firstSample: 0, startSample: 0, sampleRateHz: sampleRateHz)
        }
        let start = Double(position)
        _ = run(carrier)
        return start + waveform.seconds * sampleRateHz
    }

    /// The carrier at one level.
    mutating func hold(_ level: Float = 1, seconds: Double) -> [ReceiverEvent] {
        run([Float](repeating: level, count: Int(seconds * sampleRateHz)))
    }

    mutating func run(_ carrier: [Float]) -> [ReceiverEvent] {
        receiver.push(samples(carrier))
    }

    /// What the receiver hears, without a receiver.
    mutating func samples(_ carrier: [Float]) -> [Float] {
        var received = [Float](repeating: 0, count: 2 * carrier.count)
        carrier.withUnsafeBufferPointer { levels in
            received.withUnsafeMutableBufferPointer { samples in
                for start in stride(from: 0, to: levels.count, by: blockLength) {
                    let end = min(start + blockLength, levels.count)
                    air.process(
                        carrier: UnsafeBufferPointer(rebasing: levels[start..<end]),
                        received: UnsafeMutableBufferPointer(rebasing: samples[2 * start..<2 * end]))
                }
            }
        }
        position += carrier.count
        return received
    }

    func judged(_ events: [ReceiverEvent]) -> OccasionReport {
        for case .occasion(let result) in events { return result.report }
        return .idle
    }

    mutating func expect(afterSample sample: Double) { receiver.expect([Self.place], afterSample: sample) }
}
