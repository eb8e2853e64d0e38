import AIoTAir
import AIoTBase
import Glibc
import Transceiver

/// The thread that moves the air.
extension EmulatedBoxes {
    /// Starts the thread where it does not run, and a box streams.
    func startThread() {
        guard settings.pacing != .stepped else { return }
        let isNeeded = control.withLock { control in
            guard !control.isRunning else { return false }
            control.isRunning = true
            return true
        }
        guard isNeeded else { return }
        let boxes = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { boxes in
                guard let boxes else { return nil }
                Unmanaged<EmulatedBoxes>.fromOpaque(boxes).takeRetainedValue().run()
                return nil
            }, boxes.toOpaque())
        guard failure == 0 else {
            boxes.release()
            control.withLock { $0.isRunning = false }
            return
        }
        pthread_detach(thread)
    }

    /// Makes blocks until no box streams, and on until the devices have noticed that no carrier is left.
    private func run() {
        var pacer = Pacer(settings.pacing, secondsPerBlock: Double(blockSamples) / airSettings.sampleRateHz)
        while isNeeded() {
            pacer.wait()
            makeBlock()
        }
    }

    private func isNeeded() -> Bool {
        control.withLock { control in
            let rest = Int(2 * SampleAir.holdTime.seconds * airSettings.sampleRateHz) / blockSamples + 1
            control.blocksLeft = control.boxes.contains { $0.streams != nil } ? rest : control.blocksLeft - 1
            control.isRunning = control.blocksLeft >= 0
            return control.isRunning
        }
    }

    /// Moves an air of pacing `.stepped` by so many blocks, on this thread.
    package func step(blocks: Int = 1) {
        guard settings.pacing == .stepped else { return }
        for _ in 0..<max(blocks, 0) { makeBlock() }
    }

    /// One block.
    private func makeBlock() {
        settings.hold?()
        befallPlanned()
        streams.withLock { lanes in
            for (index, lane) in lanes.enumerated() { tellTroubles(lane, index) }
            for (index, lane) in lanes.enumerated() where airSettings.boxes[index].transmits {
                transmit(lane, index)
            }
            air.withLock { $0.advance(blockSamples) }
            control.withLock { $0.position += Int64(blockSamples) }
            for (index, lane) in lanes.enumerated() where airSettings.boxes[index].receives { receive(lane, index) }
        }
    }

    /// Calls `body` with a box's streams where it has some; `stop` waits for it.
    private func whileStreaming(_ index: Int, _ lane: BoxStreams, _ body: (TransceiverStreams) -> Void) {
        let streams = control.withLock { control -> TransceiverStreams? in
            guard let streams = control.boxes[index].streams else { return nil }
            lane.take(&control.boxes[index])
            guard !control.boxes[index].isSilent else { return nil }
            control.calling = index
            return streams
        }
        guard let streams else { return }
        body(streams)
        control.withLock { $0.calling = nil }
    }

    private func tellTroubles(_ lane: BoxStreams, _ index: Int) {
        whileStreaming(index, lane) { streams in
            let troubles = control.withLock { control in
                let troubles = control.boxes[index].troubles
                control.boxes[index].troubles = []
                return troubles
            }
            for trouble in troubles {
                streams.trouble(trouble)
                guard case .failed = trouble else { continue }
                control.withLock { $0.boxes[index].endStreams() }
                return
            }
        }
    }

    private func transmit(_ lane: BoxStreams, _ index: Int) {
        whileStreaming(index, lane) { streams in
            let (count, first) = air.withLock {
                ($0.sampleCount(box: index, next: blockSamples), $0.nextSample(box: index))
            }
            let sent = lane.transmit(streams, count: count)
            settings.transmitted?(index, sent, first)
            air.withLock { $0.transmit(sent, box: index) }
        }
    }

    private func receive(_ lane: BoxStreams, _ index: Int) {
        whileStreaming(index, lane) { streams in
            let count = air.withLock { $0.receive(lane.received, box: index) }
            lane.receive(streams, count: count)
        }
    }
}

/// Waits for the time of the next block.
private struct Pacer {
    private let nanoseconds: Double
    private var due = 0.0

    /// Where the air is later than this it starts anew.
    private static let largestDelay = 1e8

    init(_ pacing: EmulatedBoxesSettings.Pacing, secondsPerBlock: Double) {
        if case .realTime(let factor) = pacing, factor > 0 {
            nanoseconds = secondsPerBlock * 1e9 / factor
        } else {
            nanoseconds = 0
        }
    }

    mutating func wait() {
        guard nanoseconds > 0 else { return }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
        due = due < now - Self.largestDelay ? now : due + nanoseconds
        guard due > now else { return }
        time.tv_sec = Int(due / 1e9)
        time.tv_nsec = Int(due.truncatingRemainder(dividingBy: 1e9))
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }
}
