package import AIoTAir
package import AIoTBase
package import AIoTDevice
package import AIoTMac
package import AIoTPhy
package import AIoTReader
package import RadioFrontEnd

/// The loopback radio at burst level.
package struct BurstRadio: LoopbackRadio {
    package private(set) var air: BurstAir
    private let profile: AirProfile

    /// When an attacker sends, as seen from a frame of the reader.
    package enum Moment: Hashable, Sendable {
        case before
        /// After the last window that the frame opened.
        case after
    }

    /// A test's attacker: asked at each frame of the reader what else the devices hear.
    package var injects: ((R2DMessage, Moment) -> [R2DMessage])?
    /// The D2R messages with which devices answered the attacker.
    package private(set) var overheard: [[UInt8]] = []

    package init(air: BurstAir, profile: AirProfile) {
        self.air = air
        self.profile = profile
    }

    package mutating func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome {
        let duration = AirDuration(
            seconds: R2DCoding.frameSeconds(
                messageOctets: transmission.octets.count, chipsPerSymbol: transmission.chipsPerSymbol, in: profile))
        let frameEnd = time + duration
        inject(at: .before, transmission.message)
        let reports = air.exchange(transmission.message, endingAt: frameEnd, expecting: transmission.expected)
        inject(at: .after, transmission.message)
        var frames = [
            AirFrame(
                direction: .r2d(chipsPerSymbol: transmission.chipsPerSymbol), octets: transmission.octets,
                start: time, duration: duration)
        ]
        frames += transmission.heard(reports)
        return RadioOutcome(end: frameEnd + transmission.listening(in: profile), reports: reports, frames: frames)
    }

    private mutating func inject(at moment: Moment, _ message: R2DMessage) {
        for forged in injects?(message, moment) ?? [] { overheard += air.inject(forged) }
    }

    package mutating func idle(until time: AirTime) {}

    package mutating func setCarrier(isOn: Bool, at time: AirTime) {
        if !isOn { air.carrierLost() }
    }

    package var devices: [Device] { air.devices }

    package mutating func setPresent(_ isPresent: Bool, device index: Int) {
        air.setPresent(isPresent, device: index)
    }
}
