import AIoTAir
import AIoTDevice
import EmulatedAir
import Glibc
import Testing
import Transceiver

/// What the air costs: `docs/performance.md`.
@Suite struct BoxAirSpeedTests {
    /// Seconds of the air in one of a processor, under a steady carrier.
    private func speed(_ settings: BoxAirSettings) -> Double {
        let air = BoxAir(settings)
        let block = 4_096
        let size = settings.boxes[0].transmitFormat.octetsPerSample
        var sent = [UInt8](repeating: 0, count: BoxAir.ownLimit(block) * size)
        for index in stride(from: size / 2 - 1, to: sent.count, by: size) { sent[index] = 100 }
        var received = [UInt8](repeating: 0, count: BoxAir.ownLimit(block) * 4)
        let last = settings.boxes.count - 1
        let start = clock()
        for _ in 0..<1_000 {
            let count = air.sampleCount(box: 0, next: block)
            sent.withUnsafeBytes {
                air.transmit(UnsafeRawBufferPointer(rebasing: $0[..<(count * size)]), box: 0)
            }
            air.advance(block)
            _ = received.withUnsafeMutableBytes { air.receive($0, box: last) }
        }
        let seconds = Double(clock() - start) / 1e6
        return 1_000 * Double(block) / settings.sampleRateHz / max(seconds, 1e-6)
    }

    @Test(
        .disabled(if: _isDebugAssertConfiguration(), "a measurement of the release build"), arguments: [1.92e6, 20e6])
    func theAirOfTwoBoxesAndTenDevicesIsFasterThanTime(sampleRateHz: Double) {
        let devices = AirBench.population(10).devices
        var (one, two) = (BoxAirSettings.fullDuplex(devices: devices), BoxAirSettings.twoBoxes(devices: devices))
        (one.sampleRateHz, two.sampleRateHz) = (sampleRateHz, sampleRateHz)
        let speeds = (speed(one), speed(two))
        print("air at \(sampleRateHz / 1e6) MS/s: full-duplex \(speeds.0), two boxes \(speeds.1) times real time")
        // A machine of 2026 has ten times this.
        #expect(min(speeds.0, speeds.1) > 3 * 1.92e6 / sampleRateHz)
    }

    /// Of the thread, in microseconds.
    private func clock() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
