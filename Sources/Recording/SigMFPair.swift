import AIoTBase
import AIoTCapture
import RadioFrontEnd

/// What all recordings of one recorder have in common.
struct RecordingForm: Sendable {
    var format: SampleFormat
    var sampleRateHz: Double
    var frequencyHz: Double?
    var hardware: String?
    var disk: any RecordingDisk
    var digest: (@Sendable () -> any RecordingDigest)?
}

/// One SigMF recording that is being written: the samples at once, the metadata at the end.
struct SigMFPair {
    /// A stretch without a gap.
    private struct Segment {
        var position: Int64
        var fileStart: Int64
        var unixNanoseconds: Int64
    }

    /// More gaps than this are no recording any more (*ours*).
    private static let segmentLimit = 10_000
    /// Annotations of frames at most (*ours*: some 30 MB of text).
    private static let annotationLimit = 100_000
    /// Recordings of one name that are kept beside each other (*ours*): a daemon that restarts overwrites nothing.
    private static let nameLimit = 9

    let name: String
    private let form: RecordingForm
    private let sink: any RecordingSink
    private var digest: (any RecordingDigest)?
    private var segments: [Segment] = []
    private var annotations: [SigMFMetadata.Annotation] = []
    /// Samples written.
    private(set) var samples: Int64 = 0
    /// Frames that are not annotated, because there were too many.
    private(set) var unannotatedFrames = 0

    /// Makes the data file: `name`, or where that is taken `name-2` to `name-9`.
    static func create(
        _ name: String, on disk: any RecordingDisk
    ) throws(RecordingFailure) -> (name: String, sink: any RecordingSink) {
        for number in 1...nameLimit {
            let tried = number == 1 ? name : "\(name)-\(number)"
            do throws(RecordingFailure) {
                return (tried, try disk.create(tried + ".sigmf-data"))
            } catch  where error.kind == .exists && number < nameLimit {
                continue
            }
        }
        throw RecordingFailure(.exists, "\(name) is taken")
    }

    /// Writes metadata at once, so that what is there can be read after a crash.
    init(name: String, sink: any RecordingSink, form: RecordingForm) throws(RecordingFailure) {
        self.name = name
        self.sink = sink
        self.form = form
        digest = form.digest?()
        try writeMetadata(description: "Not ended: still being recorded, or the program was killed")
    }

    /// - Parameter position: of the first sample in the recorder's count.
    mutating func append(
        _ octets: UnsafeRawBufferPointer, at position: Int64, unixNanoseconds: Int64, after segmentBreak: SegmentBreak?
    ) throws(RecordingFailure) {
        if segments.isEmpty || segmentBreak != nil {
            guard segments.count < Self.segmentLimit else {
                throw RecordingFailure(
                    .other, "\(name): \(Self.segmentLimit) gaps: lower the sample rate, or record to a faster disk")
            }
            try sink.write(octets)
            segments.append(Segment(position: position, fileStart: samples, unixNanoseconds: unixNanoseconds))
            if let gap = segmentBreak?.gap {
                annotations.append(.init(sampleStart: samples, sampleCount: 0, label: "gap", comment: gap))
            }
        } else {
            try sink.write(octets)
        }
        digest?.update(octets)
        samples += Int64(octets.count / form.format.octetsPerSample)
    }

    /// Annotates the frames of a note, and the places where a burst did not decode, once their samples have been appended;
    /// what is not in the file is left out.
    mutating func annotate(_ note: FrameNote) {
        for frame in note.outcome.frames {
            annotate(
                note.samples(of: frame, sampleRateHz: form.sampleRateHz), label: frame.isR2D ? "R2D" : "D2R",
                comment: Hex.encoded(frame.octets))
        }
        guard note.undecodable > 0 else { return }
        let end = note.r2d.map { note.samples(of: $0, sampleRateHz: form.sampleRateHz).upperBound }
        let begin = min(end ?? note.range.lowerBound, note.range.upperBound)
        annotate(
            begin..<note.range.upperBound, label: "undecodable",
            comment: "\(note.undecodable) of \(note.outcome.reports.count) expected bursts")
    }

    /// What fell into a gap is nowhere.
    private mutating func annotate(_ range: Range<Int64>, label: String, comment: String) {
        guard let place = segments.lastIndex(where: { $0.position <= range.lowerBound }) else { return }
        let segment = segments[place]
        let start = segment.fileStart + (range.lowerBound - segment.position)
        let end = place + 1 < segments.count ? segments[place + 1].fileStart : samples
        guard start < end else { return }
        guard annotations.count < Self.annotationLimit else {
            unannotatedFrames += 1
            return
        }
        annotations.append(
            .init(
                sampleStart: start, sampleCount: min(Int64(range.count), end - start), label: label, comment: comment))
    }

    /// Ends the recording.
    func close(_ description: String) throws(RecordingFailure) {
        sink.close()
        try writeMetadata(description: description, sha512: digest?.finished())
    }

    /// Gives the recording up.
    func discard() {
        sink.close()
        form.disk.remove(name + ".sigmf-data")
        form.disk.remove(name + ".sigmf-meta")
    }

    private func writeMetadata(description: String, sha512: String? = nil) throws(RecordingFailure) {
        var captures = segments.map {
            SigMFMetadata.Capture(
                sampleStart: $0.fileStart, frequencyHz: form.frequencyHz, datetime: UTCStamp.text($0.unixNanoseconds))
        }
        if captures.isEmpty { captures = [SigMFMetadata.Capture(frequencyHz: form.frequencyHz)] }
        let metadata = SigMFMetadata(
            format: form.format, sampleRateHz: form.sampleRateHz, sha512: sha512, description: description,
            recorder: "aiot-reader", hardware: form.hardware, captures: captures, annotations: annotations)
        try form.disk.replace(name + ".sigmf-meta", with: metadata.encoded())
    }
}

extension SegmentBreak {
    /// What a gap is called in the metadata; nil where streaming began.
    fileprivate var gap: String? {
        switch self {
        case .start: nil
        case .radio(let samples?): "\(samples) samples lost by the radio or on the bus"
        case .radio(nil): "samples lost by the radio or on the bus, nobody knows how many"
        case .overrun(let samples): "\(samples) samples lost: the disk was too slow"
        }
    }
}
