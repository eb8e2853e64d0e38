import AIoTPhy
import AIoTReader
import StreamFrontEnd

/// Reads a recording as far as orders want it.
struct ReplayPump {
    private let source: ReplaySource
    private let converter: SampleConverter
    private var listener: ReplayListener
    private var floats: [Float]
    /// The beginning of a sample that has not come as a whole.
    private var rest: [UInt8] = []
    /// Frames that are over and that nobody has asked for yet; those of one block at most.
    private var waiting: [Hearing] = []
    private var hasEnded = false
    /// Why it ended before its end.
    private(set) var failure: String?

    /// Samples that are read at once.
    private static let blockSamples = 16_384

    init(source: ReplaySource, profile: AirProfile) {
        self.source = source
        converter = SampleConverter(source.format)
        listener = ReplayListener(profile: profile, sampleRateHz: source.sampleRateHz)
        floats = [Float](repeating: 0, count: 2 * (Self.blockSamples + 1))
    }

    var unreadable: Int { listener.unreadable }

    /// Goes on until the frame of `order` and its windows are over.
    /// - Parameters:
    ///   - isCancelled: asked for each block.
    ///   - unordered: takes the frames on the way that are others.
    /// - Returns: what was heard; nil at the end of the recording, and where it is cancelled.
    mutating func next(
        for order: R2DTransmission, isCancelled: () -> Bool, unordered: (Hearing) -> Void
    ) -> Hearing? {
        listener.order(order)
        while true {
            while let hearing = waiting.first {
                waiting.removeFirst()
                if hearing.transmission.octets == order.octets { return hearing.answering(order) }
                unordered(hearing)
            }
            guard !hasEnded, !isCancelled() else { return nil }
            readBlock()
        }
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
