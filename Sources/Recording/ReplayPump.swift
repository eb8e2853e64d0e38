import AIoTPhy
import AIoTReader
import StreamFrontEnd
import Transceiver

/// Reads a recording as far as orders want it.
struct ReplayPump {
    private let source: ReplaySource
    private let profile: AirProfile
    private let converter: SampleConverter
    private var listener: ReplayListener
    private var floats: [Float]
    /// The beginning of a sample that has not come as a whole.
    private var rest: [UInt8] = []
    /// Frames that are over and that nobody has asked for yet, in the order of the recording.
    private var waiting: [Hearing] = []
    /// Where the last frame that was asked for was over.
    private var lastEnd = 0.0
    private var hasEnded = false
    /// Why it ended before its end.
    private(set) var failure: String?

    /// Samples that are read at once.
    private static let blockSamples = 16_384
    /// Frames that are looked at beyond the one that is due (*ours*): an AIoTF that answers sooner or later than it did has
    /// frames change places, and acknowledgements go together or apart.
    private static let reach = 64

    init(source: ReplaySource, profile: AirProfile) {
        self.source = source
        self.profile = profile
        converter = SampleConverter(source.format)
        listener = ReplayListener(profile: profile, sampleRateHz: source.sampleRateHz)
        floats = [Float](repeating: 0, count: 2 * (Self.blockSamples + 1))
    }

    var unreadable: Int { listener.unreadable }

    /// Goes on until the frame of `order` and its windows are over. A frame that nothing answers, and that is not near, is
    /// taken to have been sent.
    /// - Parameters:
    ///   - isCancelled: asked for each block.
    ///   - unordered: takes the frames that are left behind.
    /// - Returns: what was heard; nil at the end of the recording, and where it is cancelled.
    mutating func next(
        for order: R2DTransmission, isCancelled: () -> Bool, unordered: (Hearing) -> Void
    ) -> Hearing? {
        listener.order(order)
        while true {
            if let place = waiting.firstIndex(where: { $0.transmission.octets == order.octets }) {
                let hearing = waiting.remove(at: place).answering(order)
                lastEnd = max(lastEnd, hearing.end)
                return hearing
            }
            if order.expected.isEmpty, waiting.count >= (hasEnded ? 1 : Self.reach) { return unheard(order) }
            guard !hasEnded, !isCancelled() else {
                waiting.forEach(unordered)
                waiting = []
                return nil
            }
            readBlock()
            while waiting.count > Self.reach { unordered(waiting.removeFirst()) }
        }
    }

    private func unheard(_ order: R2DTransmission) -> Hearing {
        let seconds = R2DCoding.frameSeconds(
            messageOctets: order.octets.count, chipsPerSymbol: order.chipsPerSymbol, in: profile)
        let end = lastEnd + seconds * source.sampleRateHz
        return Hearing(
            transmission: order, frameStart: lastEnd, frameEnd: end, end: end, wasHeard: false, reports: [])
    }

    private mutating func readBlock() {
        var octets: [UInt8] = []
        do {
            octets = try source.read(Self.blockSamples * converter.octetsPerSample)
        } catch {
            failure = "\(error)"
        }
        guard !octets.isEmpty else {
            hasEnded = true
            waiting += listener.finish()
            return
        }
        if !rest.isEmpty { octets = rest + octets }
        let usable = octets.count - octets.count % converter.octetsPerSample
        rest = Array(octets[usable...])
        var offset = 0
        while offset < usable {
            offset += converter.octetsPerSample * push(octets[offset..<usable])
        }
    }

    private mutating func push(_ octets: ArraySlice<UInt8>) -> Int {
        let converter = converter
        let count = floats.withUnsafeMutableBufferPointer { floats in
            octets.withUnsafeBytes { converter.convert($0, into: floats) }
        }
        floats.withUnsafeBufferPointer { floats in
            waiting += listener.push(UnsafeBufferPointer(rebasing: floats[..<(2 * count)]))
        }
        return count
    }
}
