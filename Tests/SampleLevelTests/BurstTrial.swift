import AIoTBase
import AIoTPhy
import Foundation

/// One impairment of one strength, and what is sent under it: an R2D frame, then the bursts that it schedules.
struct BurstTrial {
    var impairments = Impairments()
    var profile = AirProfile.oursV0
    var snrDB = 15.0
    var offsetHz = 0.0
    var dc = (re: 0.05, im: -0.08)
    /// Half the distance of a device's states relative to the leak: -30 dB.
    var amplitude = 0.0316
    /// Clock errors are uniform within plus and minus this, or at one of the ends.
    var clockError = 0.02
    var isClockAtEnd = false
    /// Nominal start of the bursts after the frame, seconds.
    var delay = 1e-3
    /// Levels of the devices in the frequency positions, dB; one for each.
    var levelsDB = [0.0]

    /// What becomes of `count` bursts a position, and of as many windows in which nobody sends.
    func run(_ format: D2RBurstFormat, count: Int) -> Tally {
        var tally = Tally()
        for seed in 0..<count { add(format, seed: UInt64(seed), to: &tally) }
        return tally
    }

    private func add(_ format: D2RBurstFormat, seed: UInt64, to tally: inout Tally) {
        var (scene, bursts) = scene(format, seed: seed)
        for (device, report) in zip(scene.devices, scene.reportsAfterFrame(bursts, seed: seed)) {
            tally.bursts += 1
            if report == nil { tally.lostFrames += 1 }
            if report?.burst?.octets == device.message {
                tally.decoded += 1
            } else if report?.burst != nil {
                tally.wrong += 1
            }
        }
        // The scene's noise follows the first device: it stays, silent.
        for index in scene.devices.indices { scene.devices[index].level = 0 }
        for report in scene.reportsAfterFrame(bursts, seed: seed &+ 1_000_000) {
            tally.windows += 1
            if report == .undecodable { tally.energy += 1 }
            if report?.burst != nil { tally.falseBursts += 1 }
        }
    }

    private func scene(_ format: D2RBurstFormat, seed: UInt64) -> (Scene, [ExpectedBurst]) {
        var generator = SeededGenerator(seed: seed &* 7_919 &+ 13)
        var scene = Scene(
            profile: profile, amplitude: amplitude, snrDB: snrDB, dc: dc, offsetHz: offsetHz, impairments: impairments)
        var bursts: [ExpectedBurst] = []
        for (position, level) in levelsDB.enumerated() {
            var format = format
            format.subcarrierPeriods <<= position
            let draw = 2 * generator.uniform() - 1
            let error = clockError * (isClockAtEnd ? (draw < 0 ? -1 : 1) : draw)
            scene.devices.append(
                Scene.Device(
                    message: generator.octets(format.transportBlockOctets), format: format, clockError: error,
                    late: delay / (1 + error) - delay, level: pow(10, level / 20),
                    phase: 2 * Double.pi * generator.uniform(),
                    reflection: generator.uniform() < 0.5 ? .onOff : .twoPhase, delay: delay))
            bursts.append(scene.expected(format, delay: delay, frequencyPosition: position))
        }
        let longest = scene.devices.map { $0.format.duration(in: profile).seconds }.max() ?? 0
        let end = scene.precede()
        scene.seconds = end + (delay + longest) / (1 - profile.largestClockError) + 0.3e-3
        return (scene, bursts)
    }
}

/// What became of bursts, and of windows in which nobody sent.
struct Tally {
    var bursts = 0
    var decoded = 0
    /// Decoded, but not what was sent.
    var wrong = 0
    /// R2D frames that were not heard; their bursts are lost too.
    var lostFrames = 0
    var windows = 0
    /// Empty windows in which something was heard that could not be read.
    var energy = 0
    var falseBursts = 0

    var decodedShare: Double { Double(decoded) / Double(max(bursts, 1)) }
    var energyShare: Double { Double(energy) / Double(max(windows, 1)) }
}
