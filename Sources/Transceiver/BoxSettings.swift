/// How a box is to be set up.
package struct BoxSettings: Hashable, Sendable {
    /// Which of several.
    package enum Selection: Hashable, Sendable {
        /// The only one there is; several are a failure that names them.
        case only
        /// The end of the serial number is enough.
        case serial(String)
        case address(bus: UInt8, device: UInt8)
    }

    package var selection = Selection.only
    package var sampleRateHz = 1_920_000.0
    package var frequencyHz: Int64 = 920_600_000
    /// Of the receiver, in dB; each box splits it over its stages as its maker advises.
    package var receiveGainDB = 30
    /// HackRF: 0 to 47. Pluto: 0 to 89, 89 being no attenuation.
    package var transmitGainDB = 30
    /// HackRF: the amplifier at the antenna, 11 dB.
    package var hasAmplifier = false
    /// HackRF: 3.3 V on the antenna port.
    package var hasAntennaPower = false
    /// HackRF: start with the trigger of another box.
    package var waitsForTrigger = false

    package init() {}
}
