package import AIoTDevice
package import AIoTPhy
import Transceiver

/// What is on an emulated air, and how well it hears each other.
package struct BoxAirSettings: Sendable {
    /// Of every box, nominal.
    package var sampleRateHz = 1_920_000.0
    package var boxes: [AirBox]
    /// Its carrier feeds the devices and carries what they reflect.
    package var readerTransmitter = 0
    /// By the transmitting box, then by the receiving one; what is missing is not heard. A box's coupling to itself is
    /// its leak.
    package var couplings: [[AirGain]]
    /// `Population.devices`, made from the seed that the AIoTF was provisioned with.
    package var devices: [Device] = []
    /// Power of a device (half the distance of its states, squared) relative to the carrier that the receiver hears, dB.
    package var deviceToLeakDB = -30.0
    /// Device powers are uniform within plus and minus this many dB.
    package var powerSpreadDB = 3.0
    package var profile = AirProfile.oursV0
    /// Of gains, phases and noise; the devices have generators of their own.
    package var seed: UInt64 = 1

    package init(boxes: [AirBox], couplings: [[AirGain]]) {
        self.boxes = boxes
        self.couplings = couplings
    }

    /// A box that does both, as a Pluto, with its own leak.
    package static func fullDuplex(devices: [Device] = []) -> Self {
        var settings = Self(boxes: [AirBox("Emulated full-duplex box")], couplings: [[AirGain(0.5, phase: 0.7)]])
        settings.devices = devices
        return settings
    }

    /// Two boxes of 8 bits, as HackRFs: the first transmits, the second receives with a crystal and a frequency of its
    /// own.
    package static func twoBoxes(
        devices: [Device] = [], clockErrorPPM: Double = 20, frequencyOffsetHz: Double = -1_500
    ) -> Self {
        let transmitter = AirBox(
            "Emulated transmitter", receives: false, transmitFormat: .ci8, receiveFormat: .ci8)
        var receiver = AirBox("Emulated receiver", transmits: false, transmitFormat: .ci8, receiveFormat: .ci8)
        receiver.clockErrorPPM = clockErrorPPM
        receiver.frequencyOffsetHz = frequencyOffsetHz
        // As a receiver of 8 bits has it: its own noise spreads the steps of the converter.
        receiver.noiseDeviation = 0.003
        var settings = Self(
            boxes: [transmitter, receiver], couplings: [[.zero, AirGain(0.5, phase: 0.7)], []])
        settings.devices = devices
        return settings
    }
}
