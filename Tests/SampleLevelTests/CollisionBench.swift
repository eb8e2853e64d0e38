import AIoTBase
import AIoTPhy
import Foundation

/// Draws occasions with a known number of devices and counts what the receiver makes of them.
struct CollisionBench {
    struct Counts {
        var occasions = 0
        var idle = 0
        var decoded = 0
        var collisions = 0
        var undecodable = 0
        /// Occasions in which the strongest device, at least two, and all were read.
        var strongestRead = 0
        var twoRead = 0
        /// Occasions with a burst that nobody sent.
        var wrong = 0

        var collided: Int { collisions + undecodable }
        func share(_ count: Int) -> Double { Double(count) / Double(max(occasions, 1)) }
    }

    var format: D2RBurstFormat
    /// SNR per bit of the weakest device.
    var weakestSNRDB = 10.0
    /// Power of each device above the weakest.
    var powersDB: [Double]
    var largestClockError = 0.02
    /// 8 bits with the leak at half of full scale.
    var isQuantised = false

    func counts(occasions: Int, seed: UInt64) -> Counts {
        var generator = SeededGenerator(seed: seed)
        var counts = Counts(occasions: occasions)
        for _ in 0..<occasions { judge(&generator, &counts) }
        return counts
    }

    private func judge(_ generator: inout SeededGenerator, _ counts: inout Counts) {
        let delay = 400e-6
        let devices = powersDB.map { power in
            let error = largestClockError * (2 * generator.uniform() - 1)
            return Scene.Device(
                message: generator.octets(format.transportBlockOctets), format: format, clockError: error,
                late: (delay - 150e-6) * -error, level: pow(10, power / 20), phase: 2 * Double.pi * generator.uniform(),
                reflection: generator.uniform() < 0.5 ? .onOff : .twoPhase, delay: delay)
        }
        var scene = Scene(devices: devices, amplitude: 0.01, snrDB: weakestSNRDB)
        if devices.isEmpty { scene.seconds = delay + 1.1 * format.duration(in: .oursV0).seconds + 0.3e-3 }
        let report = report(of: scene, delay: delay, seed: generator.next())
        switch report {
        case .idle: counts.idle += 1
        case .decoded: counts.decoded += 1
        case .collision: counts.collisions += 1
        case .undecodable: counts.undecodable += 1
        }
        let read = report.bursts.map(\.octets)
        let sent = devices.map(\.message)
        if let strongest = devices.max(by: { $0.level < $1.level }), read.contains(strongest.message) {
            counts.strongestRead += 1
        }
        if Set(read).intersection(sent).count > 1 { counts.twoRead += 1 }
        if !Set(read).isSubset(of: sent) { counts.wrong += 1 }
    }

    private func report(of scene: Scene, delay: Double, seed: UInt64) -> OccasionReport {
        var samples = scene.samples(seed: seed)
        if isQuantised { for index in samples.indices { samples[index] = (samples[index] * 64).rounded() / 64 } }
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate)
        // The frame ends 150 µs in, so that the delay is the shortest there is.
        receiver.expect([scene.expected(format, delay: delay - 150e-6)], afterSample: 150e-6 * scene.rate)
        let events = receiver.push(samples) + receiver.finish()
        for case .occasion(let result) in events { return result.report }
        return .idle
    }
}
