package import AIoTBase
package import AIoTDevice
package import AIoTReader
package import RadioFrontEnd

/// A radio with simulated devices in front of it, in virtual time.
package protocol LoopbackRadio {
    /// Puts a frame on the air at `time` and listens where it makes devices answer.
    mutating func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome
    /// The carrier stays as it is until `time`.
    mutating func idle(until time: AirTime)
    /// The carrier is switched at `time`; off takes every device's volatile state.
    mutating func setCarrier(isOn: Bool, at time: AirTime)
    /// In the order of the population.
    var devices: [Device] { get }
    /// Removes or returns one device, by its place in the population (a test or a demonstration does this).
    mutating func setPresent(_ isPresent: Bool, device index: Int)
}

extension LoopbackRadio {
    /// What the devices have spent since the start, all together.
    package var deviceCost: ExchangeCost { devices.reduce(ExchangeCost()) { $0 + $1.nas.cost } }
}
