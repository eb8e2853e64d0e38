import AIoTAir
import AIoTBase
import AIoTCapture
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import EmulatedAir
import Transceiver

/// A reader's modulator in front of a box, and a receiver behind one, without front end.
struct AirBench {
    let air: BoxAir
    let population: Population
    /// The boxes that send and hear.
    var transmitter = 0
    var receiver: Int
    private var decoder: StreamReceiver
    /// Everything that the receiving box gave.
    private(set) var octets: [UInt8] = []

    static let msg1 = Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: 2)
    static let response = Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: 40)
    /// Of Msg1, sent in the first time position.
    static let place = ExpectedBurst(
        format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2),
        delay: .microseconds(250))

    static func population(_ count: Int, seed: UInt64 = 1) -> Population {
        let configuration = SecurityConfiguration(
            profile: [.replayProtection, .deviceAuthentication],
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2), counterWindow: 3)
        return Population(count: count, configuration: configuration, largestClockError: 0.02, seed: seed)
    }

    init(_ settings: BoxAirSettings, population: Population, receiver: Int) {
        air = BoxAir(settings)
        self.population = population
        self.receiver = receiver
        decoder = StreamReceiver(profile: .oursV0, sampleRateHz: settings.sampleRateHz)
    }

    /// A paging of the whole population, with one access occasion, or of one device without contention.
    func paging(access: AccessMode = .cbra) throws -> [UInt8] {
        var generator = SeededGenerator(seed: 3)
        let nonce1 = Nonce(drawnFrom: &generator)
        var cost = CryptoCost()
        let identity = try PagingIdentity.make(
            for: .group(groupID: population.group.id, key: population.group.key),
            configuration: population.configuration, counter: 0, nonce1: nonce1, cost: &cost)
        let pdu = try NASPaging(nonce1: nonce1, identity: identity).encoded()
        return try R2DMessage.paging(
            Paging(
                transactionID: TransactionID(2), access: access, asID: access == .cfra ? ASID(3) : .none,
                schedule: access == .cfra ? Self.response : Self.msg1, sdu: pdu)
        ).encoded()
    }

    /// Sends the carrier for `seconds`, with a frame in it after half a millisecond.
    /// - Returns: what the receiver made of it.
    mutating func run(frame: [UInt8]?, seconds: Double, blockSamples: Int = 2_048) throws -> [ReceiverEvent] {
        let rate = air.settings.sampleRateHz
        var levels = [Float](repeating: 0.9, count: Int(seconds * rate))
        if let frame {
            let waveform = try R2DModulator.waveform(of: frame, chipsPerSymbol: 24, in: .oursV0)
            levels.withUnsafeMutableBufferPointer {
                waveform.render(into: $0, firstSample: 0, startSample: 0.5e-3 * rate, sampleRateHz: rate)
                for index in $0.indices { $0[index] *= 0.9 }
            }
        }
        var events: [ReceiverEvent] = []
        var interleaved = [Float](repeating: 0, count: 2 * levels.count)
        for (index, level) in levels.enumerated() { interleaved[2 * index] = level }
        var offset = 0
        while offset < levels.count {
            let own = air.sampleCount(box: transmitter, next: blockSamples)
            let end = min(offset + own, levels.count)
            let octets = air.settings.boxes[transmitter].transmitFormat
                .octets(of: Array(interleaved[(2 * offset)..<(2 * end)]))
            octets.withUnsafeBytes { air.transmit($0, box: transmitter) }
            offset = end
            air.advance(blockSamples)
            for event in decoder.push(receive(blockSamples)) {
                events.append(event)
                guard case .frame(let frame) = event else { continue }
                decoder.expect([Self.place], afterSample: frame.endSample)
            }
        }
        return events
    }

    private mutating func receive(_ count: Int) -> [Float] {
        let format = air.settings.boxes[receiver].receiveFormat
        var octets = [UInt8](repeating: 0, count: BoxAir.ownLimit(count) * format.octetsPerSample)
        let samples = octets.withUnsafeMutableBytes { air.receive($0, box: receiver) }
        let received = Array(octets[..<(samples * format.octetsPerSample)])
        self.octets += received
        return format.floats(of: received)
    }
}

extension StreamFormat {
    func octets(of floats: [Float]) -> [UInt8] { samples.octets(of: floats) }

    /// Full scale is 1.
    func floats(of octets: [UInt8]) -> [Float] {
        var decoder = SampleDecoder(samples)
        let scale: Float = samples == .ci16le ? 32_768 / fullScale : 1
        return decoder.decode(octets).map { $0 * scale }
    }
}

extension StreamReceiver {
    mutating func push(_ samples: [Float]) -> [ReceiverEvent] {
        samples.withUnsafeBufferPointer { push($0) }
    }
}

extension [ReceiverEvent] {
    var frames: [R2DFrame] {
        compactMap { if case .frame(let frame) = $0 { frame } else { nil } }
    }

    var decoded: [ReceivedBurst] {
        compactMap {
            if case .occasion(let result) = $0, case .decoded(let burst) = result.report { burst } else { nil }
        }
    }
}
