import AIoTBase
import AIoTMac
package import AIoTPhy
package import AIoTReader
import RadioFrontEnd
package import StreamFrontEnd

/// Hears every R2D frame of a stream and the bursts that answer it, whether somebody has ordered the frame or not.
///
/// A frame that was ordered opens the windows of its order. Any other opens those that its message and the pagings before
/// it say, which are the same ones where a reader of this program sent it: so a frame may be ordered after it was heard.
package struct ReplayListener {
    /// What the receiver asks when it has heard a frame.
    private final class Schedule {
        var air: AirSchedule
        var order: R2DTransmission?
        /// What has been opened and not been told; nil: no message that `spec/2` defines.
        var opened: [R2DTransmission?] = []

        init(_ air: AirSchedule) { self.air = air }

        func bursts(after octets: [UInt8]) -> [ExpectedBurst] {
            guard let message = try? R2DMessage(decoding: octets) else {
                opened.append(nil)
                return []
            }
            let windows = air.windows(after: message)
            let blind = R2DTransmission(id: 0, message: message, octets: octets, chipsPerSymbol: 0, windows: windows)
            let transmission = order.flatMap { $0.octets == octets ? $0 : nil } ?? blind
            opened.append(transmission)
            return transmission.expected
        }
    }

    /// A window is judged a little after its end, as in the radio that has recorded.
    private static let settlingSeconds = 0.000_2

    private let profile: AirProfile
    private let sampleRateHz: Double
    private let schedule: Schedule
    private var receiver: StreamReceiver
    /// The last frame, and how many of its bursts are still awaited.
    private var current: Hearing?
    private var awaited = 0

    /// R2D frames with a wrong CRC, or with a right one that are no message.
    package private(set) var unreadable = 0

    package init(profile: AirProfile, sampleRateHz: Double) {
        let schedule = Schedule(AirSchedule(profile: profile, sampleRateHz: sampleRateHz))
        self.profile = profile
        self.sampleRateHz = sampleRateHz
        self.schedule = schedule
        receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz) { schedule.bursts(after: $0) }
    }

    /// What is to come.
    package mutating func order(_ transmission: R2DTransmission) { schedule.order = transmission }

    /// Takes interleaved complex samples; returns the frames that are over with all that they opened.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [Hearing] {
        take(receiver.push(interleaved))
    }

    /// Ends the stream; returns what was still awaited.
    package mutating func finish() -> [Hearing] {
        let ended = take(receiver.finish())
        defer { current = nil }
        return ended + (current.map { [$0] } ?? [])
    }

    private mutating func take(_ events: [ReceiverEvent]) -> [Hearing] {
        var ended: [Hearing] = []
        for event in events {
            switch event {
            case .frame(let frame):
                if let current { ended.append(current) }
                begin(frame)
            case .occasion(let result): take(result)
            }
            if awaited == 0, let current {
                ended.append(current)
                self.current = nil
            }
        }
        return ended
    }

    private mutating func begin(_ frame: R2DFrame) {
        current = nil
        awaited = 0
        guard frame.crcRight, !schedule.opened.isEmpty, var transmission = schedule.opened.removeFirst() else {
            unreadable += 1
            return
        }
        transmission.chipsPerSymbol = frame.chipsPerSymbol
        awaited = transmission.expected.count
        let end = frame.endSample + (transmission.listening(in: profile).seconds + Self.settlingSeconds) * sampleRateHz
        current = Hearing(
            transmission: transmission, frameStart: frame.startSample, frameEnd: frame.endSample, end: end,
            wasHeard: true, reports: [OccasionReport](repeating: .idle, count: awaited))
    }

    private mutating func take(_ result: OccasionResult) {
        guard let frameEnd = current?.frameEnd, frameEnd == result.afterSample,
            current?.reports.indices.contains(result.index) ?? false
        else { return }
        current?.reports[result.index] = result.report
        awaited -= 1
    }
}

extension Hearing {
    /// The same for an order of the same octets: its reports in the order of what it expects.
    func answering(_ order: R2DTransmission) -> Hearing {
        var answer = self
        answer.transmission = order
        answer.reports = order.expected.map { burst in
            transmission.expected.firstIndex(of: burst).map { reports[$0] } ?? .idle
        }
        return answer
    }
}
