import AIoTBase
import AIoTMac
import AIoTPhy

/// The frame by which the two counters are related before anything is paged: a NACK Feedback by AS ID 0, which no device
/// has (`spec/2 "R2D MAC messages"`), under transaction 15.
struct Sounding: Sendable {
    let octets: [UInt8]
    let waveform: KeyedWaveform
    /// Samples from its start to its end.
    let length: Double

    /// Between tries (*ours*).
    static let interval = AirDuration.milliseconds(250)
    private static let chipsPerSymbol = 6

    /// nil where the profile has no such frame.
    init?(profile: AirProfile, sampleRateHz: Double) {
        let message = R2DMessage.nackFeedback(
            NACKFeedback(transactionID: TransactionID(15), addressee: .asID(ASID(0))))
        let chips =
            profile.r2dChipsPerSymbol.contains(Self.chipsPerSymbol)
            ? Self.chipsPerSymbol : profile.r2dChipsPerSymbol.first ?? Self.chipsPerSymbol
        guard let octets = try? message.encoded(),
            let waveform = try? R2DModulator.waveform(of: octets, chipsPerSymbol: chips, in: profile)
        else { return nil }
        self.octets = octets
        self.waveform = waveform
        length = waveform.seconds * sampleRateHz
    }
}
