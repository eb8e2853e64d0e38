import AIoTCapture

/// Writes everything into one recording, until a limit is reached or the disk fails.
struct WholeRecording: BlockConsumer {
    private let ring: BlockRing
    private let octetsPerSample: Int
    private let report: RecorderReport
    /// nil once it has ended.
    private var pair: SigMFPair?
    /// Of frames whose samples are still to come.
    private var notes: [FrameNote] = []
    private(set) var oldestNeeded = 0

    init(name: String, sink: any RecordingSink, form: RecordingForm, ring: BlockRing, report: RecorderReport) {
        self.ring = ring
        self.report = report
        octetsPerSample = form.format.octetsPerSample
        do throws(RecordingFailure) {
            pair = try SigMFPair(name: name, sink: sink, form: form)
            report.note("recording to \(name).sigmf-data")
        } catch {
            sink.close()
            report.trouble("disk", "nothing is recorded: \(error)")
        }
    }

    mutating func take(_ number: Int) {
        oldestNeeded = number + 1
        let header = ring.header(number)
        let octets = UnsafeRawBufferPointer(ring.samples(number))
        let count = Int64(octets.count / octetsPerSample)
        guard pair != nil else {
            report.count { $0.lostSamples += count }
            return
        }
        do throws(RecordingFailure) {
            try pair?.append(
                octets, at: header.position, unixNanoseconds: header.unixNanoseconds, after: header.segmentBreak)
            report.count { $0.writtenSamples += count }
            annotate(before: header.position + count)
            if header.isLast { end("the limit is reached") }
        } catch {
            report.count { $0.lostSamples += count }
            report.trouble("disk", "the recording ends: \(error)")
            end("the disk took no more")
        }
    }

    mutating func take(_ note: FrameNote) {
        if pair != nil { notes.append(note) }
    }

    private mutating func annotate(before position: Int64) {
        for note in notes where note.range.upperBound <= position { pair?.annotate(note) }
        notes.removeAll { $0.range.upperBound <= position }
    }

    mutating func finish() { end("stopped") }

    private mutating func end(_ why: String) {
        annotate(before: .max)
        guard let ended = pair else { return }
        pair = nil
        let totals = report.totals
        report.count { $0.unannotatedFrames += ended.unannotatedFrames }
        do throws(RecordingFailure) {
            try ended.close("Received by aiot-reader; ended: \(why); gaps: \(totals.gaps)")
            report.note("recording \(ended.name) ended, \(ended.samples) samples: \(why)")
        } catch {
            report.trouble("metadata", "the metadata of \(ended.name) is not complete: \(error)")
        }
    }
}
