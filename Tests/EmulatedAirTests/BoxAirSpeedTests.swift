import AIoTAir
import AIoTDevice
import EmulatedAir
import Testing
import Transceiver

/// What the air costs: `docs/performance.md`.
@Suite struct BoxAirSpeedTests {
    /// Seconds of the air in one of the machine, under a steady carrier.
    private func speed(_ settings: BoxAirSettings, seconds: Double) -> Double {
        let air = BoxAir(settings)
        let block = 4_096
        let size = settings.boxes[0].transmitFormat.octetsPerSample
        var sent = [UInt8](repeating: 0, count: BoxAir.ownLimit(block) * size)
        for index in stride(from: size / 2 - 1, to: sent.count, by: size) { sent[index] = 100 }
        var received = [UInt8](repeating: 0, count: BoxAir.ownLimit(block) * 4)
        let last = settings.boxes.count - 1
        let elapsed = ContinuousClock().measure {
            for _ in 0..<Int(seconds * settings.sampleRateHz) / block {
                sent.withUnsafeBytes { air.transmit($0, box: 0) }
                air.advance(block)
                _ = received.withUnsafeMutableBytes { air.receive($0, box: last) }
            }
        }
        return seconds / (Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
    }

    @Test(.disabled(if: _isDebugAssertConfiguration(), "a measurement of the release build"))
    func theAirOfTwoBoxesAndTenDevicesIsFasterThanTime() {
        let devices = AirBench.population(10).devices
        let one = speed(.fullDuplex(devices: devices), seconds: 1)
        let two = speed(.twoBoxes(devices: devices), seconds: 1)
        print("air speed: one full-duplex box \(one), two boxes \(two) times real time")
        // Both are above 30 on a machine of 2026 that has nothing else to do.
        #expect(one > 3)
        #expect(two > 3)
    }
}
