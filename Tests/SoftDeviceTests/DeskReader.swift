import AIoTBase
import AIoTCapture
import AIoTMac
import AIoTPhy
import AIoTReader
import EmulatedAir
import StreamFrontEnd
import Synchronization
import Transceiver

/// The reader's side of a desk: it transmits a carrier with frames in it, and decodes what it hears.
final class DeskReader: Sendable {
    private struct State {
        var isCarrierOn = true
        /// The frame that is sent with the next samples, or is being sent.
        var frame: KeyedWaveform?
        var frameStart: Int64?
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: DeskReader.sampleRateHz)
        var schedule = AirSchedule(profile: .oursV0, sampleRateHz: DeskReader.sampleRateHz)
        var frames: [R2DFrame] = []
        var occasions: [OccasionResult] = []
        var samples: [Float] = []
        var isRecording = false
    }

    static let sampleRateHz = 1_920_000.0
    private static let level: Float = 0.9

    private let state = Mutex(State())
    private let transceiver: MemoryTransceiver

    init(_ transceiver: MemoryTransceiver) throws {
        self.transceiver = transceiver
        try transceiver.open()
        try transceiver.start(
            TransceiverStreams(
                receive: { [self] octets, _ in receive(octets) },
                transmit: { [self] octets, first in transmit(octets, first) }, trouble: { _ in }))
    }

    func stop() {
        transceiver.stop()
        transceiver.close()
    }

    /// Has a frame sent with the next samples.
    func send(_ message: R2DMessage) throws {
        let waveform = try R2DModulator.waveform(of: message.encoded(), chipsPerSymbol: 6, in: .oursV0)
        state.withLock {
            $0.frame = waveform
            $0.frameStart = nil
        }
    }

    func setCarrier(isOn: Bool) { state.withLock { $0.isCarrierOn = isOn } }

    /// Leaves out what was heard so far.
    func forget() { state.withLock { $0.occasions = [] } }

    /// Keeps all samples from now on.
    func record() { state.withLock { $0.isRecording = true } }

    var frames: [R2DFrame] { state.withLock { $0.frames } }
    var occasions: [OccasionResult] { state.withLock { $0.occasions } }
    /// Interleaved, as kept.
    var samples: [Float] { state.withLock { $0.samples } }
    var decoded: [ReceivedBurst] {
        occasions.compactMap { if case .decoded(let burst) = $0.report { burst } else { nil } }
    }

    private func transmit(_ octets: UnsafeMutableRawBufferPointer, _ first: Int64) {
        let count = octets.count / 4
        var levels = [Float](repeating: 1, count: count)
        let isOn = state.withLock { state in
            if let frame = state.frame {
                let start = state.frameStart ?? first
                state.frameStart = start
                levels.withUnsafeMutableBufferPointer {
                    frame.render(
                        into: $0, firstSample: Int(first), startSample: Double(start),
                        sampleRateHz: Self.sampleRateHz)
                }
            }
            return state.isCarrierOn
        }
        for index in 0..<count {
            let value = isOn ? Int16(levels[index] * Self.level * 32_767) : 0
            octets.storeBytes(of: value, toByteOffset: 4 * index, as: Int16.self)
            octets.storeBytes(of: 0, toByteOffset: 4 * index + 2, as: Int16.self)
        }
    }

    private func receive(_ octets: UnsafeRawBufferPointer) {
        var floats = [Float](repeating: 0, count: octets.count / 2)
        floats.withUnsafeMutableBufferPointer { _ = SampleConverter(.ci12).convert(octets, into: $0) }
        state.withLock { state in
            if state.isRecording { state.samples += floats }
            for event in state.receiver.push(floats) {
                switch event {
                case .occasion(let result): state.occasions.append(result)
                case .frame(let frame):
                    state.frames.append(frame)
                    guard frame.crcRight, let message = try? R2DMessage(decoding: frame.octets) else { continue }
                    let windows = state.schedule.windows(after: message)
                    state.receiver.expect(windows.bursts, afterSample: frame.endSample)
                }
            }
        }
    }
}
