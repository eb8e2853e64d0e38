import AIoTBase
import Glibc

/// Finds and decodes the bursts of one time position (`spec/2 "D2R waveform"`), and says of each place whether it held no
/// device, one, or more.
struct D2RDemodulator {
    /// Uncertainty of a start beside the device's clock: the end of the R2D frame, propagation, switching (*ours*).
    static let startMarginSeconds = 10e-6
    /// Power of what an undecodable burst, or a decoded one that was taken out, leaves in other positions (*ours*).
    private static let crossTalkOfUndecodable = 0.25
    private static let crossTalkOfDecoded = 0.05
    /// What may be left unexplained in the place of a burst with a short CRC and no code, relative to it (*ours*): one in 64
    /// mixtures of several bursts has such a CRC right.
    private static let restOfSure = 0.1

    let profile: AirProfile
    /// Probability that noise alone makes a burst in one window.
    let falseBurstProbability: Double
    var spare = SpareRooms()

    /// One report for each of `bursts`, which share a delay after `origin`, a position in the stream.
    func reports(
        _ bursts: [ExpectedBurst], in window: SampleWindow, origin: Double, knownOffset: Complex?
    ) -> [OccasionReport] {
        guard window.count >= profile.d2rPreamble.count else { return bursts.map { _ in .idle } }
        var scan = WindowScan(
            CleanSignal(window, knownOffset: knownOffset, spare),
            places: bursts.map { Place($0, window: window, origin: origin, profile: profile) }, profile: profile,
            falseBurstProbability: falseBurstProbability)
        defer { scan.giveBack(to: spare) }
        scan.run()
        return scan.places.indices.map { report($0, of: scan.places, window: window, scan.signal.carrier) }
    }

    private func report(
        _ index: Int, of places: [Place], window: SampleWindow, _ carrier: CarrierFit
    ) -> OccasionReport {
        let place = places[index]
        let others = places.indices.filter { $0 != index }.map { places[$0] }
        let crossTalk = others.map {
            $0.crossTalk(ofDecoded: Self.crossTalkOfDecoded, ofUndecodable: Self.crossTalkOfUndecodable)
        }.max()
        let isMore = place.rest.map { $0 >= crossTalk ?? 0 } ?? false
        let sent = place.bursts.filter { burst in
            !others.contains { $0.bursts.contains { $0.decoded == burst.decoded && $0.gain.power > burst.gain.power } }
        }
        // Ghosts are no device, whatever they left.
        if sent.isEmpty { return isMore && place.bursts.isEmpty ? .undecodable : .idle }
        let bursts = sent.filter { !isMore || !isUnsure($0, place) }
        if bursts.isEmpty { return .undecodable }
        let isCollision = isMore || bursts.count > 1
        let heard = bursts.sorted { $0.gain.power > $1.gain.power }.map {
            received($0, place.shape, window, carrier, isCollided: isCollision)
        }
        return isCollision ? .collision(heard) : .decoded(heard[0])
    }

    private func isUnsure(_ burst: BurstReader.Reading, _ place: Place) -> Bool {
        let format = place.shape.format
        return !format.fec && format.informationBits(in: profile) <= profile.shortCRCLimit + profile.shortCRC.width
            && place.rest ?? 0 > Self.restOfSure * burst.preamblePower
    }

    private func received(
        _ reading: BurstReader.Reading, _ shape: BurstShape, _ window: SampleWindow, _ carrier: CarrierFit,
        isCollided: Bool
    ) -> ReceivedBurst {
        let start = window.streamSample(at: reading.alignment.start) / window.streamRateHz
        let seconds = reading.alignment.half * Double(shape.channelBits * shape.halvesPerBit) / window.rateHz
        return ReceivedBurst(
            octets: reading.decoded.octets, crcRight: reading.decoded.crcRight,
            start: AirTime(nanoseconds: AirDuration(seconds: start).nanoseconds),
            duration: AirDuration(seconds: seconds),
            measurement: BurstMeasurement(
                snrDB: decibels(reading.snr), powerDB: decibels(reading.gain.power / carrier.leak.power),
                clockError: shape.nominalHalf / reading.alignment.half - 1,
                carrierOffsetHz: carrier.turn * window.rateHz / (2 * Double.pi), isCollided: isCollided))
    }
}
