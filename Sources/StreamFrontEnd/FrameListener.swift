import AIoTBase
package import AIoTPhy
package import AIoTReader
import RadioFrontEnd

/// Finds a transmission in what is received: the frame in the leak of the carrier, then the bursts that it brings about.
///
/// It listens for one transmission at a time, knows neither clock nor transmitter, and takes blocks of any size. All
/// samples are numbers of the receive counter. A frame that was not heard can be given a place with `assume`; without one
/// its owner must `giveUp` some time.
package struct FrameListener {
    package enum Event: Sendable {
        /// Any R2D frame, ours or not, with its place on the receive counter; a wrong CRC is said in it.
        case frame(R2DFrame)
        /// The transmission that was listened for and all its windows are over.
        case ended(Hearing)
    }

    private struct Awaited {
        var hearing: Hearing
        var isPlaced = false
        var isSpoilt = false
    }

    /// A window is judged a little after its end: the receiver searches around it.
    private static let settlingSeconds = 0.000_2
    /// Samples that are looked at before a frame in them is answered: well within what the receiver keeps.
    private static let piece = 4_096

    private let profile: AirProfile
    private let sampleRateHz: Double
    private var receiver: StreamReceiver
    /// The receive counter at the receiver's first sample.
    private var origin: Int64 = 0
    private var awaited: Awaited?

    package init(profile: AirProfile, sampleRateHz: Double) {
        self.profile = profile
        self.sampleRateHz = sampleRateHz
        receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz)
    }

    /// The number of the sample to come.
    package var nextSample: Int64 { origin + Int64(receiver.sampleCount) }
    /// What is listened for.
    package var transmission: R2DTransmission? { awaited?.hearing.transmission }
    /// Whether the frame has been heard, or been given a place.
    package var isPlaced: Bool { awaited?.isPlaced ?? false }

    /// Listens for `transmission` from now on; nothing will be told of the one before.
    package mutating func begin(_ transmission: R2DTransmission) {
        let here = Double(nextSample)
        awaited = Awaited(
            hearing: Hearing(
                transmission: transmission, frameStart: here, frameEnd: here, end: here, wasHeard: false,
                reports: [OccasionReport](repeating: .idle, count: transmission.expected.count)))
    }

    /// Listens for nothing any more.
    package mutating func cancel() { awaited = nil }

    /// Takes the frame to have ended at `sample` without having been heard; later than the receiver remembers (some
    /// milliseconds), the beginning of a window is missing.
    package mutating func assume(endedAt sample: Double) {
        guard let awaited, !awaited.isPlaced else { return }
        let transmission = awaited.hearing.transmission
        let seconds = R2DCoding.frameSeconds(
            messageOctets: transmission.octets.count, chipsPerSymbol: transmission.chipsPerSymbol, in: profile)
        place(start: sample - seconds * sampleRateHz, end: sample)
    }

    /// Ends listening: nobody knows what was in the windows.
    package mutating func giveUp() -> Hearing? {
        guard var hearing = awaited?.hearing else { return nil }
        awaited = nil
        hearing.spoil()
        hearing.end = max(hearing.frameEnd, Double(nextSample))
        return hearing
    }

    /// Goes on at `firstSample` after samples were lost, or were not given; what is on the air cannot be told any more.
    package mutating func skip(to firstSample: Int64) {
        receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz)
        origin = firstSample
        awaited?.isSpoilt = true
    }

    /// Takes interleaved complex samples; returns what they settle, in order.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [Event] {
        var events: [Event] = []
        var offset = 0
        while offset + 1 < interleaved.count {
            let end = min(offset + 2 * Self.piece, interleaved.count)
            for event in receiver.push(UnsafeBufferPointer(rebasing: interleaved[offset..<end])) {
                switch event {
                case .frame(let frame): events.append(.frame(heard(frame)))
                case .occasion(let result): take(result)
                }
            }
            offset = end
            if let hearing = endIfOver() { events.append(.ended(hearing)) }
        }
        return events
    }

    /// The frame on the receive counter; where it is ours it opens the windows.
    private mutating func heard(_ frame: R2DFrame) -> R2DFrame {
        var frame = frame
        frame.startSample += Double(origin)
        frame.endSample += Double(origin)
        if let awaited, !awaited.hearing.wasHeard, frame.crcRight, frame.octets == awaited.hearing.transmission.octets {
            self.awaited?.hearing.wasHeard = true
            place(start: frame.startSample, end: frame.endSample)
        }
        return frame
    }

    private mutating func place(start: Double, end: Double) {
        guard let transmission = awaited?.hearing.transmission else { return }
        awaited?.isPlaced = true
        awaited?.hearing.frameStart = start
        awaited?.hearing.frameEnd = end
        let listening = transmission.listening(in: profile).seconds + Self.settlingSeconds
        awaited?.hearing.end = end + listening * sampleRateHz
        receiver.expect(transmission.expected, afterSample: end - Double(origin))
    }

    private mutating func take(_ result: OccasionResult) {
        // Windows of a transmission that is not listened for any more end too.
        guard let awaited, awaited.isPlaced, awaited.hearing.reports.indices.contains(result.index),
            result.afterSample == awaited.hearing.frameEnd - Double(origin)
        else { return }
        let shift = AirDuration(seconds: Double(origin) / sampleRateHz)
        self.awaited?.hearing.reports[result.index] = result.report.mapBursts { $0.start += shift }
    }

    private mutating func endIfOver() -> Hearing? {
        guard let awaited, awaited.isPlaced, Double(nextSample) >= awaited.hearing.end else { return nil }
        self.awaited = nil
        var hearing = awaited.hearing
        if awaited.isSpoilt { hearing.spoil() }
        return hearing
    }
}

extension Hearing {
    /// What was heard is worth nothing: samples are missing.
    fileprivate mutating func spoil() {
        for index in reports.indices { reports[index] = .undecodable }
    }
}
