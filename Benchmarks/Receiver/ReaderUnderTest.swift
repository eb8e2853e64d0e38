import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import NGAP

/// A reader in an inventory, its receiver and its modulator, on a simulated air.
struct ReaderUnderTest {
    private final class Expectation {
        var bursts: [ExpectedBurst] = []
    }

    private static let link = LinkID(0)
    private static let identifier: [UInt8] = [0xA1]
    private static let firstSamples = 128

    private let one: Turnaround.Case
    private let expectation = Expectation()
    private var reader: Reader
    private var receiver: StreamReceiver
    private var air: Air
    private var now = AirTime.zero
    private var transmission: R2DTransmission?
    private var relayed: [UInt64] = []
    private var inventories = 0
    private var carrier = [Float](repeating: 0, count: firstSamples)

    /// Of all turnarounds of the case, and of their parts, nanoseconds.
    private(set) var times: [Double] = []
    private(set) var judging: [Double] = []
    private(set) var core: [Double] = []
    private(set) var modulator: [Double] = []
    private(set) var sent = 0
    private(set) var heard = 0

    init(_ one: Turnaround.Case, seed: UInt64) {
        self.one = one
        var configuration = ReaderConfiguration()
        configuration.frequencyCode = one.frequencyCode
        configuration.fec = one.fec
        configuration.repetition = one.repetition
        configuration.fixedQ = 4
        configuration.maxRounds = 1_000
        reader = Reader(configuration: configuration)
        let expectation = expectation
        receiver = StreamReceiver(profile: Air.profile, sampleRateHz: Air.rateHz) { _ in expectation.bursts }
        air = Air(seed: seed)
        reader.handle(.linkUp(Self.link), at: now)
        receive(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: "a", servedGUAMIs: [GUAMI(plmn: [0, 0xF1, 0x10], region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: [0, 0xF1, 0x10], slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: Self.identifier, aiotfName: AIOTFName(visible: "a"))))
    }

    /// One frame and what answers it; false when the reader sends none.
    mutating func goOn(blockSamples: Int) -> Bool {
        if transmission == nil { request() }
        guard let current = transmission,
            let wave = try? R2DModulator.waveform(
                of: current.octets, chipsPerSymbol: current.chipsPerSymbol, in: Air.profile)
        else { return false }
        transmission = nil
        expectation.bursts = current.expected
        let (samples, count) = samples(of: current, wave)
        let (reports, judged) = listen(samples, for: current.expected.count, blockSamples)
        now += AirDuration(seconds: Double(samples.count / 2) / Air.rateHz)
        answer(current, reports, judged: judged, isCounted: count > 0 && current.windows.isMsg1OfCBRA == one.isMsg1)
        sent += count
        heard += reports.count { if case .decoded = $0 { true } else { false } }
        return true
    }

    /// The receiver hears the samples in small blocks; the time is that of the block that settles the last report.
    private mutating func listen(_ samples: [Float], for count: Int, _ blockSamples: Int) -> ([OccasionReport], Double)
    {
        var reports = [OccasionReport](repeating: .idle, count: count)
        var judged = 0.0
        samples.withUnsafeBufferPointer { samples in
            for start in stride(from: 0, to: samples.count, by: 2 * blockSamples) {
                let block = UnsafeBufferPointer(
                    rebasing: samples[start..<min(start + 2 * blockSamples, samples.count)])
                var events: [ReceiverEvent] = []
                let time = nanosecondsOfProcessor { events = receiver.push(block) }
                for case .occasion(let result) in events where reports.indices.contains(result.index) {
                    reports[result.index] = result.report
                    judged = time
                }
            }
        }
        return (reports, judged)
    }

    /// The core takes the reports, and the first samples of its next frame are made.
    private mutating func answer(
        _ ended: R2DTransmission, _ reports: [OccasionReport], judged: Double, isCounted: Bool
    ) {
        let deciding = nanosecondsOfProcessor {
            reader.handle(.transmissionEnded(id: ended.id, reports: reports), at: now)
            carryOut()
        }
        if let next = transmission, isCounted {
            let rendering = nanosecondsOfProcessor {
                let wave = try? R2DModulator.waveform(
                    of: next.octets, chipsPerSymbol: next.chipsPerSymbol, in: Air.profile)
                carrier.withUnsafeMutableBufferPointer {
                    wave?.render(into: $0, firstSample: 0, startSample: 0, sampleRateHz: Air.rateHz)
                }
            }
            times.append(judged + deciding + rendering)
            judging.append(judged)
            core.append(deciding)
            modulator.append(rendering)
        }
        // What the AIoTF and the spool do is not the reader's.
        while let id = relayed.popLast() {
            reader.handle(.relayed(id: id), at: now)
            carryOut()
        }
    }

    /// Samples of a frame and of the devices that answer it; how many these are.
    private mutating func samples(of current: R2DTransmission, _ wave: KeyedWaveform) -> ([Float], Int) {
        var bursts: [Air.Burst] = []
        for expected in current.expected {
            if current.windows.isMsg1OfCBRA, air.place(below: 3) == 0 { continue }
            bursts.append(
                Air.Burst(
                    message: message(of: expected, isMsg1: current.windows.isMsg1OfCBRA), format: expected.format,
                    delay: expected.delay.seconds, clockError: air.random(-0.018...0.018), phase: air.random(0...6.2)))
        }
        let length = current.expected.map { $0.latestEnd(in: Air.profile).seconds }.max() ?? 0
        return (air.samples(frame: wave, bursts: bursts, seconds: wave.seconds + length + 500e-6), bursts.count)
    }

    private mutating func message(of expected: ExpectedBurst, isMsg1: Bool) -> [UInt8] {
        let octets = expected.format.transportBlockOctets
        if isMsg1 { return air.octets(octets) }
        let sdu = air.octets(min(one.expectedOctets, max(octets - D2RUpperLayerData.headerOctets, 0)))
        let data = D2RUpperLayerData(moreData: false, sdu: sdu, transportBlockOctets: octets)
        return (try? data.encoded()) ?? []
    }

    private mutating func request() {
        inventories += 1
        let identity = NGAPBitString(octets: [0x07, 0x22, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        receive(
            .inventoryRequest(
                InventoryRequest(
                    session: AIoTSessionName(aiotfIdentifier: Self.identifier, correlationIdentifier: inventories),
                    deviceIdentification: .groupDevices(identity),
                    assistance: InventoryAssistanceInformation(expectedD2RMsgSize: one.expectedOctets),
                    followonCommandIndication: false,
                    randN: NGAPBitString(octets: [UInt8](repeating: UInt8(truncatingIfNeeded: inventories), count: 16)))
            ))
    }

    private mutating func receive(_ pdu: NGAPPDU) {
        guard let octets = try? pdu.encoded() else { return }
        reader.handle(.receivedFromAIoTF(Self.link, octets), at: now)
        carryOut()
    }

    private mutating func carryOut() {
        while let order = reader.nextOutput() {
            switch order {
            case .transmit(let next): transmission = next
            case .relay(let relay): relayed.append(relay.id)
            case .carrier, .listen, .sendToAIoTF, .notice: break
            }
        }
    }
}
