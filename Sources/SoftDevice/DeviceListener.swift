import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import StreamFrontEnd
import Transceiver

/// What one thread does with a box's received samples while it streams: it lets the devices hear R2D, and plans their
/// bursts on the transmit counter.
struct DeviceListener {
    private(set) var devices: [Device]
    private(set) var counters = SoftDeviceCounters()
    /// What was received as n was transmitted as n - this; nil until it is known.
    private(set) var latency: Int64?

    private let settings: SoftDeviceSettings
    private let converter: SampleConverter
    private let sampleRateHz: Double
    private let timeline: BurstTimeline
    private let transmitLatency: Int
    private let keep: ([Device]) -> Void
    private let tell: (SoftDeviceEvent) -> Void
    private var receiver: CarrierReceiver
    /// Receive number of the receiver's first sample, and of the next that is due.
    private var base: Int64 = 0
    private var next: Int64?
    private let floats: UnsafeMutableBufferPointer<Float>
    private var search: SoundingSearch?

    /// Samples that are decoded at once.
    static let pieceSamples = 2_048

    /// - Parameters:
    ///   - transmitLatency: samples on their way to the antenna at most.
    ///   - floats: room for `pieceSamples`.
    ///   - keep: is given the devices before one of them answers.
    init(
        devices: [Device], settings: SoftDeviceSettings, format: StreamFormat, sampleRateHz: Double,
        timeline: BurstTimeline, transmitLatency: Int, floats: UnsafeMutableBufferPointer<Float>,
        keep: @escaping ([Device]) -> Void,
        tell: @escaping (SoftDeviceEvent) -> Void
    ) {
        self.devices = devices
        self.settings = settings
        converter = SampleConverter(format)
        self.sampleRateHz = sampleRateHz
        self.timeline = timeline
        self.transmitLatency = transmitLatency
        self.floats = floats
        self.keep = keep
        self.tell = tell
        receiver = CarrierReceiver(profile: settings.profile, sampleRateHz: sampleRateHz)
        relate()
    }

    /// Finds out how the two counters go together, where it is not given.
    private mutating func relate() {
        latency = settings.latencySamples
        sound()
        tell(latency.map { .related(latency: $0) } ?? .unrelated)
    }

    private mutating func sound() {
        guard settings.latencySamples == nil else { return }
        search = SoundingSearch(
            timeline.sounding, sampleRateHz: sampleRateHz, latencySamples: transmitLatency, expected: latency)
    }

    /// Takes whole samples, the first of which is number `first`.
    mutating func take(_ octets: UnsafeRawBufferPointer, first: Int64) {
        if let next, next != first { loseSamples() }
        if next == nil { base = first }
        let size = converter.octetsPerSample
        let count = octets.count / size
        var done = 0
        while done < count {
            let length = min(count - done, Self.pieceSamples)
            let piece = UnsafeRawBufferPointer(rebasing: octets[done * size..<(done + length) * size])
            take(floats: converter.convert(piece, into: floats), first: first + Int64(done))
            done += length
        }
        next = first + Int64(count)
        tellLate()
    }

    /// Ends all sessions: the carrier is gone, or nobody listens any more.
    mutating func carrierLost() {
        for index in devices.indices { devices[index].carrierLost() }
        timeline.endBursts()
    }

    /// Samples are missing, received or sent: what they held is lost, as for a device in a fade, and the counters may go
    /// together in another way.
    mutating func loseSamples() {
        counters.gaps += 1
        receiver = CarrierReceiver(profile: settings.profile, sampleRateHz: sampleRateHz)
        next = nil
        relate()
    }

    private mutating func take(floats count: Int, first: Int64) {
        let samples = UnsafeBufferPointer(rebasing: floats[..<(2 * count)])
        if let found = search?.take(samples, first: first) {
            search = nil
            let isNew = latency != found
            latency = found
            if let sentAt = timeline.sounding.sentAt {
                let start = Double(sentAt + found - base)
                receiver.ignore(start..<start + Double(timeline.sounding.length))
            }
            if isNew { tell(.related(latency: found)) }
        }
        for event in receiver.push(samples) {
            switch event {
            case .frame(let frame, let carrier): hear(frame, carrier)
            case .carrierLost:
                counters.carrierLosses += 1
                carrierLost()
                tell(.carrierLost)
                // Nobody is disturbed now: what was lost unnoticed shows.
                sound()
            }
        }
    }

    private mutating func hear(_ frame: R2DFrame, _ carrier: Carrier?) {
        guard frame.crcRight, let message = try? R2DMessage(decoding: frame.octets) else {
            counters.framesCorrupted += 1
            return
        }
        counters.framesHeard += 1
        var answers: [(DeviceTransmission, clockError: Double)] = []
        for index in devices.indices {
            guard let answer = devices[index].receive(message) else { continue }
            answers.append((answer, devices[index].clockError))
        }
        // A device answers only once it has kept what it must keep.
        keep(devices)
        for (answer, clockError) in answers where !plan(answer, clockError, frame, carrier) {
            counters.burstsUnplaced += 1
        }
        tell(.heard(message, frame, answers: answers.count))
    }

    /// Places a burst where its device would begin it (`spec/2 "Timing"`), coherent with the carrier.
    private mutating func plan(
        _ answer: DeviceTransmission, _ clockError: Double, _ frame: R2DFrame, _ carrier: Carrier?
    ) -> Bool {
        guard let latency, let carrier,
            let waveform = try? D2RModulator.waveform(
                of: answer.message, format: answer.format, clockError: clockError, in: settings.profile)
        else { return false }
        let heard = frame.endSample + answer.delay.seconds / (1 + clockError) * sampleRateHz
        receiver.ignore(heard..<heard + waveform.seconds * sampleRateHz)
        let toTransmit = Double(base - latency)
        return timeline.plan(
            PlannedBurst(
                waveform: waveform, start: heard + toTransmit, frameEnd: frame.endSample + toTransmit,
                phase: carrier.phase(at: heard), turn: carrier.turn))
    }

    /// Takes over what the transmit side has counted, and tells what came too late.
    private mutating func tellLate() {
        counters.burstsSent = timeline.burstsSent
        counters.longestReactionSeconds = Double(timeline.longestReactionSamples) / sampleRateHz
        guard timeline.burstsLate > counters.burstsLate else { return }
        counters.burstsLate = timeline.burstsLate
        tell(
            .late(
                total: counters.burstsLate,
                remedy: "raise the reader's --min-turnaround to at least \(counters.neededTurnaroundMilliseconds) ms"))
    }
}
