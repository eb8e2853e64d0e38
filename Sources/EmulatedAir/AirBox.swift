package import Transceiver

/// One box on an emulated air: what it does and how far it is from perfect.
package struct AirBox: Hashable, Sendable {
    package var name: String
    package var transmits: Bool
    package var receives: Bool
    package var transmitFormat: StreamFormat
    package var receiveFormat: StreamFormat
    /// Relative error of its crystal in parts per million, positive = fast: its samples last 1 / (1 + e) of a nominal
    /// one. Beyond plus and minus 1,000 it counts as that.
    package var clockErrorPPM = 0.0
    /// Its frequency minus the one that is meant, in Hz; what it hears of another box turns with the difference.
    package var frequencyOffsetHz = 0.0
    /// Standard deviation of its receiver's noise in I and in Q, full scale being 1.
    package var noiseDeviation: Float = 0.001
    /// DC offset of its receiver in I and Q.
    package var dcOffset = AirGain(re: 0.01, im: -0.02)

    package init(
        _ name: String, transmits: Bool = true, receives: Bool = true, transmitFormat: StreamFormat = .ci16,
        receiveFormat: StreamFormat = .ci12
    ) {
        self.name = name
        self.transmits = transmits
        self.receives = receives
        self.transmitFormat = transmitFormat
        self.receiveFormat = receiveFormat
    }

    /// Own samples in one nominal one.
    var ownRate: Double {
        guard clockErrorPPM.isFinite else { return 1 }
        return 1 + min(max(clockErrorPPM, -1_000), 1_000) / 1e6
    }
}
