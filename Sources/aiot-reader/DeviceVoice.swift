import AIoTMac
import AIoTPhy
import RadioFrontEnd
import SoftDevice
import Transceiver

/// What `device` says while it runs.
struct DeviceVoice: Sendable {
    private let devices: Int
    private let seed: UInt64
    private let frequencyHz: Int64
    private let isVerbose: Bool

    init(_ settings: DeviceSettings, isVerbose: Bool) {
        devices = settings.plan.devices
        seed = settings.plan.seed
        frequencyHz = settings.box.frequencyHz
        self.isVerbose = isVerbose
    }

    func say(_ event: SoftDeviceEvent) {
        switch event {
        case .related(let latency):
            let megahertz = Double(frequencyHz) / 1e6
            Console.print(
                "listening at \(megahertz) MHz: \(devices) devices of seed \(seed), \(latency) samples from the host to "
                    + "the air and back")
        case .stateChanged(.degraded, let why):
            Console.report("degraded: \(why); a box that cannot hear itself needs --latency-samples")
        case .stateChanged(.ready, _): break
        case .stateChanged(let state, let why): Console.report("\(state.rawValue): \(why)")
        case .note(let text): Console.report(text)
        case .unrelated: break
        case .late(let total, let remedy): Console.report("late: \(total) bursts were not sent; \(remedy)")
        case .carrierLost: if isVerbose { Console.print("the carrier is gone") }
        case .heard(let message, let frame, let answers):
            guard isVerbose else { return }
            Console.print("heard \(message.name), \(frame.octets.count) octets: \(answers) answer")
        }
    }

    func summarise(_ counters: SoftDeviceCounters) {
        Console.print(
            "\(counters.framesHeard) frames heard, \(counters.framesCorrupted) corrupted; \(counters.burstsSent) bursts "
                + "sent, \(counters.burstsLate) late, \(counters.burstsUnplaced) not placed; \(counters.carrierLosses) times "
                + "without a carrier, \(counters.gaps) gaps")
        guard counters.longestReactionSeconds > 0 else { return }
        Console.print("the reader needs --min-turnaround \(counters.neededTurnaroundMilliseconds) or more")
    }
}
