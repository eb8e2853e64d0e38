import AIoTBase
import AIoTPhy
import AIoTReader

/// Any sequence of things that happen to a reader: PDUs, bursts, losses and times, in any state.
///
/// The input is a list of operations: an octet that says which, an octet for the length of what follows, the octets.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    // The first octet: with limits or without.
    var reader = Reader(configuration: configuration(limits: rest.first.map { $0 & 1 == 1 } ?? false))
    var time = AirTime.zero
    var transmission: R2DTransmission?
    var relay: UInt64 = 0
    while let operation = rest.popFirst(), let length = rest.popFirst() {
        let octets = Array(rest.prefix(Int(length)))
        rest = rest.dropFirst(octets.count)
        time += .milliseconds(Int64(operation >> 3))
        switch operation & 7 {
        case 0: reader.handle(linkChange(octets), at: time)
        case 1: reader.handle(octets.count & 1 == 0 ? .relayed(id: relay) : .notRelayed(id: relay), at: time)
        case 2, 3: reader.handle(.receivedFromAIoTF(LinkID(0), octets), at: time)
        case 4: reader.handle(airChange(octets), at: time)
        case 5: reader.advance(to: time)
        default:
            let reports = (transmission?.expected ?? []).map { _ in report(octets, isBurst: operation & 8 == 8) }
            reader.handle(.transmissionEnded(id: transmission?.id ?? 0, reports: reports), at: time)
        }
        var orders = 0
        while let order = reader.nextOutput() {
            orders += 1
            guard orders < 10_000 else { fatalError("orders without end") }
            if case .transmit(let next) = order { transmission = next }
            if case .relay(let next) = order { relay = next.id }
        }
    }
    return 0
}

private func configuration(limits: Bool) -> ReaderConfiguration {
    var configuration = ReaderConfiguration()
    guard limits else { return configuration }
    configuration.limits = Region.eu865.limits
    configuration.limits.dutyCycles = [.init(share: 0.1, window: .milliseconds(5_000))]
    configuration.limits.listenBeforeTalk = .init(thresholdDBFS: -60, duration: .milliseconds(5))
    return configuration
}

private func airChange(_ octets: [UInt8]) -> ReaderEvent {
    switch octets.first {
    case 0: .channelHeard(levelDBFS: octets.count & 1 == 0 ? nil : -Double(octets.count))
    case 1: .radioChanged(isUsable: octets.count & 1 == 0)
    case 2: .draining(octets.count & 1 == 0)
    default: .carrierLost
    }
}

private func linkChange(_ octets: [UInt8]) -> ReaderEvent {
    switch octets.first {
    case 0: .linkDown(LinkID(0))
    case 1: .linkCongested(LinkID(0), octets.count & 1 == 0)
    case 2: .stopping
    default: .linkUp(LinkID(octets.count & 1))
    }
}

private func report(_ octets: [UInt8], isBurst: Bool) -> OccasionReport {
    guard isBurst else { return octets.isEmpty ? .idle : .undecodable }
    return .decoded(
        ReceivedBurst(
            octets: octets, crcRight: true, start: .zero, duration: .zero,
            measurement: BurstMeasurement(snrDB: 10, powerDB: -30, clockError: 0, carrierOffsetHz: 0)))
}
