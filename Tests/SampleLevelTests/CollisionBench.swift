import AIoTBase
import AIoTPhy
import Foundation

/// Draws occasions with a known number of devices and counts what the receiver makes of them.
///
/// Each device has a clock error within the largest, starts by its clock, and has a phase and a kind of reflection of its
/// own. `AIOT_COLLISION_OCCASIONS` sets the number of occasions for the tables of `docs/collisions.md`.
struct CollisionBench {
    struct Counts: CustomStringConvertible {
        var occasions = 0
        var idle = 0
        var decoded = 0
        var collisions = 0
        var undecodable = 0
        /// Occasions in which the strongest device, at least two, and all were read.
        var strongestRead = 0
        var twoRead = 0
        var allRead = 0
        /// Occasions with a burst that nobody sent.
        var wrong = 0

        var collided: Int { collisions + undecodable }

        var description: String {
            "\(occasions) occasions: idle \(idle), single \(decoded), collided \(collided); read the strongest "
                + "\(strongestRead), two \(twoRead), all \(allRead); wrong \(wrong)"
        }

        static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                occasions: left.occasions + right.occasions, idle: left.idle + right.idle,
                decoded: left.decoded + right.decoded, collisions: left.collisions + right.collisions,
                undecodable: left.undecodable + right.undecodable,
                strongestRead: left.strongestRead + right.strongestRead, twoRead: left.twoRead + right.twoRead,
                allRead: left.allRead + right.allRead, wrong: left.wrong + right.wrong)
        }
    }

    var format: D2RBurstFormat
    /// Power of each device above the weakest; none for an idle occasion.
    var powersDB: [Double]
    /// SNR per bit of the weakest device.
    var weakestSNRDB = 10.0
    var largestClockError = 0.02
    /// 8 bits, with the leak at a third of full scale and 30 dB above the weakest device.
    var isQuantised = false

    /// A fifth of the number that the tables take, unless the environment says otherwise.
    static func occasions(_ standard: Int) -> Int {
        ProcessInfo.processInfo.environment["AIOT_COLLISION_OCCASIONS"].flatMap { Int($0) } ?? standard
    }

    func counts(_ standard: Int, seed: UInt64 = 7) -> Counts {
        var generator = SeededGenerator(seed: seed)
        var counts = Counts()
        for _ in 0..<Self.occasions(standard) { judge(&generator, &counts) }
        return counts
    }

    private func judge(_ generator: inout SeededGenerator, _ counts: inout Counts) {
        let delay = 400e-6
        let devices = powersDB.map { power in
            let error = largestClockError * (2 * generator.uniform() - 1)
            return Scene.Device(
                message: generator.octets(format.transportBlockOctets), format: format, clockError: error,
                late: -error * (delay - Self.frameEnd), level: pow(10, power / 20),
                phase: 2 * Double.pi * generator.uniform(),
                reflection: generator.uniform() < 0.5 ? .onOff : .twoPhase, delay: delay)
        }
        var scene = Scene(devices: devices, amplitude: isQuantised ? 0.03 : 0.01, snrDB: weakestSNRDB)
        if devices.isEmpty { scene.seconds = delay + 1.1 * format.duration(in: .oursV0).seconds + 0.3e-3 }
        let report = report(of: scene, delay: delay, seed: generator.next())
        counts.occasions += 1
        switch report {
        case .idle: counts.idle += 1
        case .decoded: counts.decoded += 1
        case .collision: counts.collisions += 1
        case .undecodable: counts.undecodable += 1
        }
        let read = Set(report.bursts.map(\.octets))
        let sent = Set(devices.map(\.message))
        if let strongest = devices.max(by: { $0.level < $1.level }), read.contains(strongest.message) {
            counts.strongestRead += 1
        }
        if read.intersection(sent).count > 1 { counts.twoRead += 1 }
        if read == sent { counts.allRead += 1 }
        if !read.isSubset(of: sent) { counts.wrong += 1 }
    }

    /// Where the R2D frame ends, so that the bursts come at the shortest delay there is.
    private static let frameEnd = 150e-6

    private func report(of scene: Scene, delay: Double, seed: UInt64) -> OccasionReport {
        var samples = scene.samples(seed: seed)
        if isQuantised { for index in samples.indices { samples[index] = (samples[index] * 42).rounded() / 42 } }
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate)
        receiver.expect(
            [scene.expected(format, delay: delay - Self.frameEnd)], afterSample: Self.frameEnd * scene.rate)
        let events = receiver.push(samples) + receiver.finish()
        for case .occasion(let result) in events { return result.report }
        return .idle
    }
}
