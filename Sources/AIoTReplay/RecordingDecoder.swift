import AIoTBase
import AIoTMac
package import AIoTPhy
import AIoTReader

/// Decodes a recording blind: both directions out of one stream, the schedules read from the R2D frames in it.
///
/// Frames come in the order of their first sample, and are the same for blocks of any size.
package struct RecordingDecoder {
    /// What `StreamReceiver` asks while it reads: follows the R2D messages of the stream.
    private final class Follower {
        var schedule: AirSchedule

        init(_ schedule: AirSchedule) { self.schedule = schedule }

        func bursts(after octets: [UInt8]) -> [ExpectedBurst] {
            guard let message = try? R2DMessage(decoding: octets) else { return [] }
            return schedule.windows(after: message).bursts
        }
    }

    private var receiver: StreamReceiver
    private let sampleRateHz: Double
    /// Follows the frames as they are told, for what they mean.
    private var schedule: AirSchedule
    private var windows = AirSchedule.Windows()
    private var transactionID: TransactionID?
    /// Bursts of the last R2D frame that have not been told, and how many are still awaited.
    private var pending: [DecodedFrame] = []
    private var awaited = 0

    /// Frames with a right CRC, of both directions.
    package private(set) var frameCount = 0
    /// R2D frames with a wrong CRC.
    package private(set) var wrongCRCs = 0
    /// Places where energy was heard but no burst with a right CRC.
    package private(set) var undecodable = 0
    /// R2D frames that are no message that `spec/2` defines.
    package private(set) var unknownMessages = 0

    package init(profile: AirProfile, sampleRateHz: Double) {
        self.sampleRateHz = sampleRateHz
        let schedule = AirSchedule(profile: profile, sampleRateHz: sampleRateHz)
        self.schedule = schedule
        let follower = Follower(schedule)
        receiver = StreamReceiver(profile: profile, sampleRateHz: sampleRateHz) { follower.bursts(after: $0) }
    }

    package var sampleCount: Int { receiver.sampleCount }

    /// Takes interleaved complex samples; gives the frames that they settle.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [DecodedFrame] {
        tell(receiver.push(interleaved))
    }

    /// Takes interleaved complex samples; gives the frames that they settle.
    package mutating func push(_ interleaved: [Float]) -> [DecodedFrame] {
        interleaved.withUnsafeBufferPointer { push($0) }
    }

    /// Ends the recording; gives what was still awaited.
    package mutating func finish() -> [DecodedFrame] {
        tell(receiver.finish()) + flush()
    }

    private mutating func tell(_ events: [ReceiverEvent]) -> [DecodedFrame] {
        var frames: [DecodedFrame] = []
        for event in events {
            switch event {
            case .frame(let frame):
                frames += flush()
                if let decoded = take(frame) { frames.append(decoded) }
            case .occasion(let result):
                take(result)
                if awaited == 0 { frames += flush() }
            }
        }
        return frames
    }

    private mutating func flush() -> [DecodedFrame] {
        defer { pending.removeAll(keepingCapacity: true) }
        return pending.sorted { ($0.sampleStart, $0.sampleCount) < ($1.sampleStart, $1.sampleCount) }
    }

    private mutating func take(_ frame: R2DFrame) -> DecodedFrame? {
        guard frame.crcRight else {
            wrongCRCs += 1
            return nil
        }
        frameCount += 1
        let message = try? R2DMessage(decoding: frame.octets)
        if message == nil { unknownMessages += 1 }
        windows = message.map { schedule.windows(after: $0) } ?? AirSchedule.Windows()
        awaited = windows.bursts.count
        transactionID = message?.transactionID
        return DecodedFrame(
            sampleStart: Int(frame.startSample.rounded()),
            sampleCount: Int((frame.endSample - frame.startSample).rounded()), octets: frame.octets, crcRight: true,
            message: message?.name, transactionID: transactionID, chipsPerSymbol: frame.chipsPerSymbol)
    }

    private mutating func take(_ result: OccasionResult) {
        awaited = max(0, awaited - 1)
        if result.report == .undecodable { undecodable += 1 }
        for burst in result.report.bursts { take(burst, result) }
    }

    private mutating func take(_ burst: ReceivedBurst, _ result: OccasionResult) {
        frameCount += 1
        let isMsg1 = windows.isMsg1OfCBRA
        let message = try? D2RMessage(decoding: burst.octets, isMsg1OfCBRA: isMsg1)
        let d2r = DecodedFrame.D2R(
            format: result.burst.format, timePosition: result.burst.timePosition,
            frequencyPosition: result.burst.frequencyPosition,
            occasion: windows.occasions.indices.contains(result.index) ? windows.occasions[result.index] : nil,
            isMsg1OfCBRA: isMsg1, measurement: burst.measurement)
        pending.append(
            DecodedFrame(
                sampleStart: Int((burst.start.seconds * sampleRateHz).rounded()),
                sampleCount: Int((burst.duration.seconds * sampleRateHz).rounded()), octets: burst.octets,
                crcRight: burst.crcRight, message: message?.name, transactionID: transactionID, d2r: d2r))
    }
}
