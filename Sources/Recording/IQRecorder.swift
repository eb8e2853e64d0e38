import AIoTCapture
package import RadioFrontEnd
import StreamFrontEnd
import Synchronization
package import Transceiver

/// Records what a front end receives: everything, or only what lies around bursts that did not decode.
///
/// The thread of the radio copies octets into a buffer that is allocated once, and never waits: what finds no room is
/// counted, and shows as a gap in the metadata. A thread of its own writes. Samples of 12 bits in 16 are shifted up by four
/// bits on the way (*ours*): readers of `ci16_le` take 32,768 as full scale, and decode the very same values then.
package final class IQRecorder: ReceiveTap {
    /// What is known once streaming has begun.
    private struct Setup: Sendable {
        var format: StreamFormat
        var sampleRateHz: Double
        var ring: BlockRing
    }

    private enum Goal: Sendable {
        case whole(name: String, sink: any RecordingSink)
        case incidents(RecorderPlan.Ring)
    }

    private struct Intake: Sendable {
        var setup: Setup?
        var feed: BlockFeed?
    }

    /// Notes that wait for the writing thread at most.
    private static let noteLimit = 4_096

    private let plan: RecorderPlan
    private let disk: any RecordingDisk
    private let digest: (@Sendable () -> any RecordingDigest)?
    private let wallClock: @Sendable () -> Int64
    private let report: RecorderReport
    private let thread = RecorderThread()
    /// Held for no longer than a copy takes, by nobody who waits for a disk.
    private let intake = Mutex(Intake())
    private let notes = Mutex<[FrameNote]>([])
    private let isFinishing = Atomic<Bool>(false)
    private let goal: Goal

    /// Makes the file of a whole recording, or looks whether the folder of a ring's takes files; starts the thread.
    /// - Parameters:
    ///   - digest: computes `core:sha512`; nil: the metadata has none.
    ///   - wallClock: nanoseconds since 1970, for stamps; nil: the system's.
    ///   - tell: what people should know; called on the writing thread.
    package init(
        _ plan: RecorderPlan, disk: any RecordingDisk = SystemDisk(),
        digest: (@Sendable () -> any RecordingDigest)? = nil, wallClock: (@Sendable () -> Int64)? = nil,
        tell: @escaping @Sendable (RecorderNotice) -> Void
    ) throws(RecordingFailure) {
        self.plan = plan
        self.disk = disk
        self.digest = digest
        self.wallClock = wallClock ?? { UTCStamp.now }
        report = RecorderReport(tell)
        if let ring = plan.ring {
            try disk.check(plan.name)
            goal = .incidents(ring)
        } else {
            let (name, sink) = try SigMFPair.create(plan.name, on: disk)
            goal = .whole(name: name, sink: sink)
        }
        try thread.start { [self] in run() }
    }

    /// What has been done so far.
    package var totals: RecorderTotals {
        var totals = report.totals
        totals.lostSamples += intake.withLock { $0.feed?.lostSamples ?? 0 }
        return totals
    }

    // MARK: The thread of the radio

    package func started(format: StreamFormat, sampleRateHz: Double) {
        let isSame = intake.withLock { intake in
            guard let setup = intake.setup else {
                begin(&intake, format, sampleRateHz)
                return true
            }
            guard setup.format == format, setup.sampleRateHz == sampleRateHz else {
                intake.feed?.close()
                return false
            }
            _ = intake.feed?.restart()
            return true
        }
        thread.wake()
        if !isSame {
            report.trouble(
                "format",
                "the recording ends: the radio has come back with another sample format or rate; restart to record")
        }
    }

    package func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        let now = wallClock()
        let hasCompleted = intake.withLock {
            $0.feed?.take(octets, firstSample: firstSample, unixNanoseconds: now) ?? false
        }
        if hasCompleted { thread.wake() }
    }

    package func lost(samples: Int64?) {
        let hasCompleted = intake.withLock { $0.feed?.interrupt(.radio(samples: samples)) ?? false }
        if hasCompleted { thread.wake() }
    }

    package func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>) {
        guard let base = intake.withLock({ $0.feed.flatMap { $0.isClosed ? nil : $0.base } }) else { return }
        let range = (receiveSamples.lowerBound &+ base)..<(receiveSamples.upperBound &+ base)
        let isTaken = notes.withLock { notes in
            guard notes.count < Self.noteLimit else { return false }
            notes.append(FrameNote(range: range, outcome: outcome))
            return true
        }
        if !isTaken { report.count { $0.unannotatedFrames += outcome.frames.count } }
        thread.wake()
    }

    /// Writes what is left and ends the recording; to be called when the front end has stopped.
    @discardableResult
    package func finish() -> RecorderTotals {
        guard !isFinishing.load(ordering: .acquiring) else { return totals }
        intake.withLock { $0.feed?.close() }
        isFinishing.store(true, ordering: .releasing)
        thread.wake()
        thread.join()
        return totals
    }

    private func begin(_ intake: inout Intake, _ format: StreamFormat, _ sampleRateHz: Double) {
        let form = form(format, sampleRateHz)
        let waiting = max(plan.bufferOctets / plan.blockOctets, 2)
        let kept = plan.ring.map { IncidentRecording.keptBlocks(plan, $0, form) } ?? 0
        let ring = BlockRing(blockOctets: plan.blockOctets, blockCount: waiting + kept)
        intake.setup = Setup(format: format, sampleRateHz: sampleRateHz, ring: ring)
        intake.feed = BlockFeed(
            ring: ring, octetsPerSample: format.octetsPerSample, sampleRateHz: sampleRateHz,
            limitOctets: plan.ring == nil ? plan.limitOctets : nil)
    }

    private func form(_ format: StreamFormat, _ sampleRateHz: Double) -> RecordingForm {
        RecordingForm(
            format: format.samples, sampleRateHz: sampleRateHz, frequencyHz: plan.frequencyHz, hardware: plan.hardware,
            disk: disk, digest: digest)
    }
}

// MARK: - The writing thread

extension IQRecorder {
    private func run() {
        var consumer: (any BlockConsumer)?
        var next = 0
        while true {
            thread.wait()
            let isEnding = isFinishing.load(ordering: .acquiring)
            let setup = intake.withLock { $0.setup }
            if let setup {
                var active = consumer ?? self.consumer(setup)
                let end = setup.ring.end
                // Before the blocks: what a note wants kept must not be given back meanwhile.
                for note in takeNotes() { active.take(note) }
                for number in next..<end {
                    prepare(number, setup)
                    active.take(number)
                    setup.ring.free(before: active.oldestNeeded)
                    next = number + 1
                }
                consumer = active
            }
            guard isEnding else { continue }
            end(&consumer)
            return
        }
    }

    private func consumer(_ setup: Setup) -> any BlockConsumer {
        let form = form(setup.format, setup.sampleRateHz)
        switch goal {
        case .whole(let name, let sink):
            return WholeRecording(name: name, sink: sink, form: form, ring: setup.ring, report: report)
        case .incidents(let settings):
            return IncidentRecording(plan, settings, form: form, ring: setup.ring, report: report)
        }
    }

    private func takeNotes() -> [FrameNote] {
        notes.withLock { notes in
            defer { notes.removeAll(keepingCapacity: true) }
            return notes
        }
    }

    /// Counts and tells of a gap, and brings samples to full scale.
    private func prepare(_ number: Int, _ setup: Setup) {
        let header = setup.ring.header(number)
        switch header.segmentBreak {
        case .overrun:
            report.count { $0.gaps += 1 }
            tellOverrun()
        case .radio: report.count { $0.gaps += 1 }
        case .start, nil: break
        }
        let shift = setup.format.shiftToFullScale
        guard shift > 0 else { return }
        let samples = setup.ring.samples(number).assumingMemoryBound(to: Int16.self)
        for index in samples.indices { samples[index] = Int16(littleEndian: samples[index]) &<< shift }
    }

    private func end(_ consumer: inout (any BlockConsumer)?) {
        consumer?.finish()
        if totals.lostSamples > 0 { tellOverrun() }
        if consumer == nil, case .whole(let name, let sink) = goal {
            sink.close()
            disk.remove(name + ".sigmf-data")
            report.note("nothing was recorded: no samples came")
        }
    }

    private func tellOverrun() {
        report.trouble(
            "overrun",
            "the recording has gaps: the disk is slower than the radio; record to a faster one, or lower the sample rate"
        )
    }
}

extension StreamFormat {
    /// Bits by which components are shifted up so that full scale is that of their type.
    var shiftToFullScale: Int {
        guard samples == .ci16le, fullScale >= 1, fullScale < 32_768 else { return 0 }
        return Int(32_768 / fullScale).trailingZeroBitCount
    }
}
