import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader

/// What a receiver hears of a leak with frames in it and a device's bursts, at 1.92 MS/s.
struct HeardAir {
    static let rate = 1_920_000.0
    static let schedule = Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: 4)

    private(set) var samples: [Float]
    private var levels: [Float]

    init(count: Int) {
        levels = [Float](repeating: 1, count: count)
        samples = [Float](repeating: 0, count: 2 * count)
    }

    /// A transmission that asks one device for a burst of four octets.
    static func transmission(id: UInt64) throws -> R2DTransmission {
        let message = R2DMessage.randomIDResponse(
            RandomIDResponse(
                transactionID: TransactionID(3),
                entries: [
                    RandomIDResponse.Entry(randomID: RandomID(UInt16(id)), asID: ASID(7), schedule: schedule)
                ]))
        var airSchedule = AirSchedule(profile: .oursV0, sampleRateHz: rate)
        return try R2DTransmission(
            id: id, message: message, octets: message.encoded(), chipsPerSymbol: 6,
            windows: airSchedule.windows(after: message))
    }

    static func seconds(of octets: [UInt8]) -> Double {
        R2DCoding.frameSeconds(messageOctets: octets.count, chipsPerSymbol: 6, in: .oursV0)
    }

    /// Keys a frame into the carrier.
    /// - Returns: where it ends.
    @discardableResult
    mutating func key(_ octets: [UInt8], at start: Double) throws -> Double {
        let waveform = try R2DModulator.waveform(of: octets, chipsPerSymbol: 6, in: .oursV0)
        let range = Int(start)..<Int(start + waveform.seconds * Self.rate) + 2
        levels.withUnsafeMutableBufferPointer {
            waveform.render(
                into: UnsafeMutableBufferPointer(rebasing: $0[range]), firstSample: range.lowerBound,
                startSample: start, sampleRateHz: Self.rate)
        }
        return start + waveform.seconds * Self.rate
    }

    /// Lets a device answer a frame that ended at `frameEnd`.
    mutating func answer(_ message: [UInt8], after frameEnd: Double) throws {
        let waveform = try D2RModulator.waveform(
            of: message, format: Self.schedule.burstFormat(), clockError: 0, in: .oursV0)
        samples.withUnsafeMutableBufferPointer {
            waveform.add(
                gain: (0.03, 0.04), to: $0, firstSample: 0, startSample: frameEnd + 250e-6 * Self.rate,
                sampleRateHz: Self.rate)
        }
    }

    /// What is received, with a little noise.
    func received(seed: UInt64 = 1) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        var received = samples
        for index in levels.indices {
            received[2 * index] = (received[2 * index] + 0.5) * levels[index]
            received[2 * index + 1] = (received[2 * index + 1] + 0.2) * levels[index]
        }
        for index in received.indices { received[index] += Float(generator.uniform() - 0.5) * 0.004 }
        return received
    }
}
