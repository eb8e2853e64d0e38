import AIoTBase
import AIoTCapture
import AIoTMac
import RadioFrontEnd

/// Keeps the latest samples in memory and saves those around bursts that did not decode, a recording each.
///
/// A piece reaches from before the R2D frame that the burst answers (where that is an Access Trigger: from before the Paging,
/// as far as memory reaches, for without it a replay does not know where bursts may be) to after its last window.
/// Pieces that overlap become one.
struct IncidentRecording: BlockConsumer {
    private let plan: RecorderPlan
    private let form: RecordingForm
    private let ring: BlockRing
    private let report: RecorderReport
    private let preRoll: Int64
    private let postRoll: Int64
    /// Blocks and samples that are kept.
    private let keptBlocks: Int
    private let keptSamples: Int64
    private let maximumIncidents: Int
    private let stamp: String

    /// Pieces that wait for their samples at most (*ours*: of half a second, for which a block lasts at the slowest).
    private static let pendingLimit = 64

    private(set) var oldestNeeded = 0
    private var next = 0
    /// Position behind the newest sample.
    private var newest: Int64 = 0
    /// Of frames whose samples are kept, in their order.
    private var notes: [FrameNote] = []
    /// Where the last Paging of each transaction began.
    private var pagings: [TransactionID: Int64] = [:]
    /// What is to be saved once all of it is there: a burst is told of before the block with its samples is full.
    private var pending: [Range<Int64>] = []
    private var savedOctets: Int64 = 0

    init(
        _ plan: RecorderPlan, _ settings: RecorderPlan.Ring, form: RecordingForm, ring: BlockRing,
        report: RecorderReport
    ) {
        self.plan = plan
        self.form = form
        self.ring = ring
        self.report = report
        let samples = { (milliseconds: Int) in Int64(Double(milliseconds) / 1_000 * form.sampleRateHz) }
        preRoll = samples(settings.preRollMilliseconds)
        postRoll = samples(settings.postRollMilliseconds)
        keptBlocks = Self.keptBlocks(plan, settings, form)
        keptSamples = samples(settings.milliseconds)
        maximumIncidents = settings.maximumIncidents
        stamp = UTCStamp.compact(UTCStamp.now)
    }

    /// What is kept in memory: the ring, and the post-roll that is waited for.
    static func keptBlocks(_ plan: RecorderPlan, _ settings: RecorderPlan.Ring, _ form: RecordingForm) -> Int {
        plan.blocks(
            milliseconds: settings.milliseconds + settings.postRollMilliseconds,
            octetsPerSecond: form.sampleRateHz * Double(form.format.octetsPerSample))
    }

    mutating func take(_ number: Int) {
        next = number + 1
        newest = end(of: number)
        saveWhatIsComplete()
        oldestNeeded = max(oldestNeeded, next - keptBlocks)
        let oldest = ring.header(oldestNeeded).position
        notes.removeAll { $0.range.upperBound <= oldest }
    }

    mutating func take(_ note: FrameNote) {
        notes.append(note)
        let message = note.r2d.flatMap { try? R2DMessage(decoding: $0.octets) }
        if case .paging(let paging)? = message { pagings[paging.transactionID] = note.range.lowerBound }
        guard note.undecodable > 0 else { return }
        var begin = note.range.lowerBound
        if case .accessTrigger(let trigger)? = message, let paging = pagings[trigger.transactionID],
            paging >= note.range.upperBound - keptSamples
        {
            begin = min(begin, paging)
        }
        want(begin - preRoll..<note.range.upperBound + postRoll)
        saveWhatIsComplete()
    }

    mutating func finish() {
        for range in pending { save(range) }
        pending = []
    }

    private func end(of number: Int) -> Int64 {
        let header = ring.header(number)
        return header.position + Int64(header.octets / form.format.octetsPerSample)
    }

    private mutating func want(_ range: Range<Int64>) {
        if let last = pending.last, last.overlaps(range) {
            let both = min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
            if both.count <= keptSamples {
                pending[pending.count - 1] = both
                return
            }
        }
        guard pending.count < Self.pendingLimit else { return missed("crowd", "too many came at once") }
        pending.append(range)
    }

    private mutating func saveWhatIsComplete() {
        while let range = pending.first, range.upperBound <= newest {
            pending.removeFirst()
            save(range)
        }
    }

    private func missed(_ kind: String, _ why: String) {
        report.count { $0.unsavedIncidents += 1 }
        report.trouble(kind, "a burst that did not decode could not be saved: \(why)")
    }

    private mutating func save(_ range: Range<Int64>) {
        let parts = (oldestNeeded..<next).filter {
            ring.header($0).position < range.upperBound && end(of: $0) > range.lowerBound
        }
        let octets = Int64(range.count * form.format.octetsPerSample)
        guard let first = parts.first else { return missed("samples", "its samples were lost") }
        guard mayGrow(by: octets) else {
            report.count { $0.unsavedIncidents += 1 }
            return
        }
        let isCut = parts.dropFirst().contains { ring.header($0).segmentBreak != nil }
        let begin = max(range.lowerBound, ring.header(first).position)
        let name = "\(plan.name)-\(stamp)-\(padded(begin, 12))-\(isCut ? "gap" : "undecodable")"
        do throws(RecordingFailure) {
            let saved = try write(parts, of: range, as: name)
            savedOctets += octets
            report.count { $0.incidents += 1 }
            report.note("a burst did not decode: its samples are in \(saved).sigmf-data")
        } catch {
            missed("disk", "\(error)")
        }
    }

    private func mayGrow(by octets: Int64) -> Bool {
        guard report.totals.incidents < maximumIncidents, savedOctets + octets <= plan.limitOctets else {
            report.trouble(
                "limit",
                "no more bursts that did not decode are saved: \(report.totals.incidents) pieces of \(savedOctets) octets are "
                    + "there; look at them, then restart, or set a higher limit")
            return false
        }
        return true
    }

    private func write(_ parts: [Int], of range: Range<Int64>, as name: String) throws(RecordingFailure) -> String {
        let (free, sink) = try SigMFPair.create(name, on: form.disk)
        var pair: SigMFPair
        do throws(RecordingFailure) {
            pair = try SigMFPair(name: free, sink: sink, form: form)
        } catch {
            sink.close()
            form.disk.remove(free + ".sigmf-data")
            throw error
        }
        do throws(RecordingFailure) {
            for number in parts { try append(number, within: range, to: &pair) }
            for note in notes where range.contains(note.range.lowerBound) { pair.annotate(note) }
            try pair.close("Samples around a burst that did not decode, received by aiot-reader")
            return free
        } catch {
            pair.discard()
            throw error
        }
    }

    private func append(_ number: Int, within range: Range<Int64>, to pair: inout SigMFPair) throws(RecordingFailure) {
        let header = ring.header(number)
        let octetsPerSample = Int64(form.format.octetsPerSample)
        let begin = max(header.position, range.lowerBound)
        let skipped = begin - header.position
        let end = min(end(of: number), range.upperBound) - header.position
        let octets = ring.samples(number)[Int(skipped * octetsPerSample)..<Int(end * octetsPerSample)]
        try pair.append(
            UnsafeRawBufferPointer(rebasing: octets), at: begin,
            unixNanoseconds: header.unixNanoseconds + Int64(Double(skipped) / form.sampleRateHz * 1e9),
            after: pair.samples == 0 ? nil : header.segmentBreak)
    }
}
