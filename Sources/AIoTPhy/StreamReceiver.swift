/// Both directions out of one complex stream: R2D frames, and the D2R bursts that they schedule.
///
/// It learns of bursts in two ways: `schedule` maps the octets of an R2D frame that it has heard to the bursts that
/// follow (blind: a recording is enough), or `expect` says what the caller itself has scheduled. Memory is bounded: a ring
/// of the latest samples, and the decimated samples of the windows that are open. Every decision is taken at an absolute
/// sample index, so the events are the same for blocks of any size.
package struct StreamReceiver {
    /// Time positions that may be awaited at once (*ours*): more are dropped and counted.
    private static let windowLimit = 512
    /// Windows that may be open at once.
    private static let openLimit = 32
    /// Samples are looked at in pieces of this length.
    private let hop: Int

    private let profile: AirProfile
    private let sampleRateHz: Double
    private let schedule: ([UInt8]) -> [ExpectedBurst]
    private var r2d: R2DDemodulator
    /// In the order of their ends.
    private var windows: [BurstWindow] = []
    private var events: [ReceiverEvent] = []
    private let spare = SpareRooms()

    /// Probability that noise alone makes a burst in one window: a bound, for benchmarks to relax (*ours*).
    package var falseBurstProbability = 1e-6
    /// Expected bursts that were refused: beyond the sample rate, in the past, or too many.
    package private(set) var refusedBursts = 0
    /// R2D frames that were begun and lost.
    package var lostFrames: Int { r2d.lostFrames }

    /// A receiver of samples at `sampleRateHz`; `schedule` tells which bursts an R2D message brings about, delays counted
    /// from the end of its frame.
    package init(
        profile: AirProfile, sampleRateHz: Double, schedule: @escaping ([UInt8]) -> [ExpectedBurst] = { _ in [] }
    ) {
        self.profile = profile
        let sampleRateHz = R2DDemodulator.usable(sampleRateHz)
        self.sampleRateHz = sampleRateHz
        self.schedule = schedule
        r2d = R2DDemodulator(profile: profile, sampleRateHz: sampleRateHz)
        // About 50 µs: short against the turnaround, long against the cost of a look.
        hop = max(min(Int(50e-6 * sampleRateHz), R2DDemodulator.chunk), 16)
    }

    /// Samples taken so far.
    package var sampleCount: Int { r2d.sampleCount }

    /// Expects bursts after an R2D frame that ended at `afterSample`; their delays count from there.
    package mutating func expect(_ bursts: [ExpectedBurst], afterSample: Double) {
        let numbered = bursts.enumerated().map { BurstWindow.Expected(burst: $1, index: $0) }
        var remaining = numbered[...]
        while let first = remaining.first {
            let group = remaining.prefix { $0.burst.delay == first.burst.delay }
            remaining = remaining.dropFirst(group.count)
            open(Array(group), afterSample: afterSample)
        }
    }

    /// Takes interleaved complex samples; returns what they settle.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>) -> [ReceiverEvent] {
        var offset = 0
        while offset + 1 < interleaved.count {
            let toBoundary = nextBoundary - r2d.sampleCount
            let count = min((interleaved.count - offset) / 2, toBoundary)
            step(UnsafeBufferPointer(rebasing: interleaved[offset..<offset + 2 * count]))
            offset += 2 * count
        }
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Takes interleaved complex samples; returns what they settle.
    package mutating func push(_ interleaved: [Float]) -> [ReceiverEvent] {
        interleaved.withUnsafeBufferPointer { push($0) }
    }

    /// Ends the stream: what is still awaited is judged by what there is of it.
    package mutating func finish() -> [ReceiverEvent] {
        for window in windows {
            var window = window
            window.take(from: r2d.ring, spare)
            judge(&window)
        }
        windows = []
        defer { events.removeAll() }
        return events
    }

    /// The next sample index at which something may be decided.
    private var nextBoundary: Int {
        let count = r2d.sampleCount
        let hopEnd = (count / hop + 1) * hop
        guard let window = windows.first, window.range.upperBound > count else { return hopEnd }
        return min(hopEnd, window.range.upperBound)
    }

    private mutating func step(_ samples: UnsafeBufferPointer<Float>) {
        let frames = r2d.push(samples)
        for index in windows.indices.prefix(Self.openLimit) { windows[index].take(from: r2d.ring, spare) }
        for frame in frames { received(frame) }
        judgeEnded()
    }

    /// A new R2D frame ends all windows of those before it: the reader has gone on.
    private mutating func received(_ frame: R2DFrame) {
        for window in windows {
            var window = window
            window.cut(at: frame.startSample)
            judge(&window)
        }
        windows = []
        events.append(.frame(frame))
        guard frame.crcRight else { return }
        expect(schedule(frame.octets), afterSample: frame.endSample)
    }

    private mutating func judgeEnded() {
        while let end = windows.first?.range.upperBound, end <= r2d.sampleCount {
            var ended = windows.removeFirst()
            if let keying = r2d.frameInProgress, keying < Double(end) { ended.cut(at: keying) }
            judge(&ended)
        }
    }

    private mutating func open(_ group: [BurstWindow.Expected], afterSample: Double) {
        guard windows.count < Self.windowLimit,
            var window = BurstWindow(group, origin: afterSample, streamRateHz: sampleRateHz, profile: profile)
        else {
            refusedBursts += group.count
            return
        }
        window.take(from: r2d.ring, spare)
        let place = windows.firstIndex { $0.range.upperBound > window.range.upperBound } ?? windows.endIndex
        windows.insert(window, at: place)
    }

    private mutating func judge(_ window: inout BurstWindow) {
        let samples = window.sampleWindow()
        defer { spare.give(samples.samples) }
        let demodulator = D2RDemodulator(
            profile: profile, falseBurstProbability: falseBurstProbability, spare: spare)
        let reports = demodulator.reports(
            window.expected.map(\.burst), in: samples, origin: window.origin, knownOffset: r2d.center)
        for (expected, report) in zip(window.expected, reports) {
            events.append(
                .occasion(
                    OccasionResult(
                        burst: expected.burst, index: expected.index, afterSample: window.origin, report: report)))
        }
    }
}
