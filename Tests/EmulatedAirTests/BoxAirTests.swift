import AIoTAir
import AIoTCapture
import AIoTDevice
import AIoTMac
import AIoTPhy
import EmulatedAir
import Foundation
import Testing
import Transceiver

/// What the boxes hear of each other, without devices and without noise.
@Suite struct BoxAirTests {
    /// Boxes without noise and DC offset.
    private func settings(_ boxes: [AirBox], _ couplings: [[AirGain]]) -> BoxAirSettings {
        var settings = BoxAirSettings(boxes: boxes, couplings: couplings)
        for index in settings.boxes.indices {
            settings.boxes[index].noiseDeviation = 0
            settings.boxes[index].dcOffset = .zero
        }
        return settings
    }

    /// Sends the same values (I, Q in turn) from some boxes in one block and gives what `receiver` hears.
    private func block(_ air: BoxAir, _ count: Int, from sent: [Int: [Float]], to receiver: Int) -> [Float] {
        for (box, floats) in sent {
            air.settings.boxes[box].transmitFormat.octets(of: floats).withUnsafeBytes { air.transmit($0, box: box) }
        }
        air.advance(count)
        return received(air, count, receiver)
    }

    private func received(_ air: BoxAir, _ count: Int, _ box: Int) -> [Float] {
        let format = air.settings.boxes[box].receiveFormat
        var octets = [UInt8](repeating: 0, count: BoxAir.ownLimit(count) * format.octetsPerSample)
        let samples = octets.withUnsafeMutableBytes { air.receive($0, box: box) }
        return format.floats(of: Array(octets[..<(samples * format.octetsPerSample)]))
    }

    private func constant(_ re: Float, _ im: Float, _ count: Int) -> [Float] {
        (0..<2 * count).map { $0.isMultiple(of: 2) ? re : im }
    }

    @Test func aBoxHearsItsOwnLeakWithTheAmplitudeAndPhaseOfTheCoupling() {
        let air = BoxAir(settings([AirBox("a")], [[AirGain(0.5, phase: 0.7)]]))
        let heard = block(air, 100, from: [0: constant(0.8, 0, 100)], to: 0)
        #expect(heard.count == 200)
        for index in 0..<100 {
            #expect(abs(heard[2 * index] - 0.4 * cosf(0.7)) < 0.001)
            #expect(abs(heard[2 * index + 1] - 0.4 * sinf(0.7)) < 0.001)
        }
    }

    @Test func aBoxThatIsGivenNothingSendsNothing() {
        let air = BoxAir(settings([AirBox("a")], [[AirGain(0.5)]]))
        let heard = block(air, 100, from: [0: constant(0.8, 0, 60)], to: 0)
        #expect(abs(heard[2 * 59] - 0.4) < 0.001)
        #expect(heard[120...].allSatisfy { $0 == 0 })
        #expect(block(air, 100, from: [:], to: 0) == [Float](repeating: 0, count: 200))
    }

    @Test func transmittersAddUp() {
        let air = BoxAir(settings([AirBox("a"), AirBox("b")], [[AirGain(0.5)], [AirGain(re: 0, im: 0.25)]]))
        let heard = block(air, 50, from: [0: constant(0.8, 0, 50), 1: constant(0.4, 0, 50)], to: 0)
        #expect(abs(heard[98] - 0.4) < 0.001)
        #expect(abs(heard[99] - 0.1) < 0.001)
        #expect(received(air, 50, 1).allSatisfy { $0 == 0 }, "what is not coupled is not heard")
    }

    @Test func aConverterSaturatesAtItsFullScale() {
        for (format, high, low) in [
            (StreamFormat.ci12, Float(2_047) / 2_048, Float(-1)), (.ci8, 127 / 128, -1), (.cu8, 127 / 128, -1),
        ] {
            let box = AirBox("a", transmitFormat: .ci16, receiveFormat: format)
            let air = BoxAir(settings([box], [[AirGain(3)]]))
            #expect(block(air, 1, from: [0: [0.9, -0.9]], to: 0) == [high, low])
        }
    }

    @Test func aConverterRoundsToTheNearestStepAndTakesAnything() {
        let box = AirBox("a", transmitFormat: StreamFormat(.cf32le, fullScale: 1), receiveFormat: .ci8)
        let air = BoxAir(settings([box], [[AirGain(1)]]))
        let sent: [Float] = [10.4, -10.4, 10.6, -10.6, 0.2, -0.2, .infinity, .nan].map { $0 / 128 }
        let heard = block(air, 5, from: [0: sent + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]], to: 0)
        #expect(heard.map { $0 * 128 } == [10, -10, 11, -11, 0, 0, 0, 0, 127, -128])
    }

    @Test func aBoxHearsAnotherTurnedByTheirFrequencyOffsetAndItselfWithoutTurn() {
        var boxes = [AirBox("a"), AirBox("b")]
        boxes[1].frequencyOffsetHz = -1_500
        let air = BoxAir(settings(boxes, [[AirGain(0.5), AirGain(0.5)]]))
        let rate = air.settings.sampleRateHz
        for first in [0, 1_000] {
            let sent = constant(0.8, 0, 1_000)
            let other = block(air, 1_000, from: [0: sent], to: 1)
            let own = received(air, 1_000, 0)
            for index in [0, 1, 500, 999] {
                let angle = 2 * Double.pi * 1_500 / rate * Double(first + index)
                #expect(abs(Double(other[2 * index]) - 0.4 * cos(angle)) < 0.001)
                #expect(abs(Double(other[2 * index + 1]) - 0.4 * sin(angle)) < 0.001)
                #expect(abs(own[2 * index] - 0.4) < 0.001 && abs(own[2 * index + 1]) < 0.001)
            }
        }
    }

    @Test(arguments: [20.0, -20, 0, 1_000])
    func aClockErrorGivesItsCountOfSamplesOverTenSeconds(ppm: Double) {
        var boxes = [AirBox("a", transmitFormat: .ci8), AirBox("b", receiveFormat: .ci8)]
        boxes[0].clockErrorPPM = -ppm
        boxes[1].clockErrorPPM = ppm
        var settings = settings(boxes, [[.zero, AirGain(0.5)]])
        settings.sampleRateHz = 192_000
        let air = BoxAir(settings)
        var (sent, got) = (0, 0)
        var octets = [UInt8](repeating: 0, count: BoxAir.ownLimit(1_500) * 2)
        for _ in 0..<1_280 {
            sent += air.sampleCount(box: 0, next: 1_500)
            air.advance(1_500)
            got += octets.withUnsafeMutableBytes { air.receive($0, box: 1) }
        }
        #expect(air.position == 1_920_000)
        #expect(got == Int((1_920_000 * (1 + ppm / 1e6)).rounded(.up)))
        #expect(sent == Int((1_920_000 * (1 - ppm / 1e6)).rounded(.up)))
        #expect(air.nextSample(box: 1) == Int64(got))
    }

    /// Straight lines show every sample that is lost, doubled or misplaced.
    @Test(arguments: [300.0, -300]) func whatIsResampledIsNeitherCutNorDoubled(ppm: Double) {
        var boxes = [AirBox("a"), AirBox("b")]
        boxes[0].clockErrorPPM = ppm
        boxes[1].clockErrorPPM = 2 * ppm
        boxes[1].receiveFormat = StreamFormat(.cf32le, fullScale: 1)
        boxes[0].transmitFormat = StreamFormat(.cf32le, fullScale: 1)
        let air = BoxAir(settings(boxes, [[.zero, AirGain(1)]]))
        var (sent, heard) = (Float(0), [Float]())
        for count in [700, 1, 2, 1_500, 4_096, 3, 5_000] {
            let own = air.sampleCount(box: 0, next: count)
            let line: [Float] = (0..<2 * own).map { (sent + Float($0 / 2)) / 16_384 }
            sent += Float(own)
            heard += block(air, count, from: [0: line], to: 1)
        }
        // A sample late each way.
        let (transmitRate, receiveRate) = (1 + ppm / 1e6, 1 + 2 * ppm / 1e6)
        for index in 4..<heard.count / 2 {
            let expected = ((Double(index) / receiveRate - 1) * transmitRate - 1) / 16_384
            #expect(abs(Double(heard[2 * index]) - expected) < 2e-6, "sample \(index)")
        }
        #expect(heard.count / 2 == Int((11_302 * receiveRate).rounded(.up)))
    }

    @Test func theNoiseOfABoxHasItsDeviation() {
        var box = AirBox("a", receiveFormat: StreamFormat(.cf32le, fullScale: 1))
        box.noiseDeviation = 0.02
        box.dcOffset = AirGain(re: 0.1, im: -0.2)
        let air = BoxAir(BoxAirSettings(boxes: [box], couplings: []))
        air.advance(10_000)
        let heard = received(air, 10_000, 0)
        for (part, mean) in [(0, Float(0.1)), (1, -0.2)] {
            let values = stride(from: part, to: heard.count, by: 2).map { heard[$0] - mean }
            let average = values.reduce(0, +) / 10_000
            let power = values.reduce(0) { $0 + $1 * $1 } / 10_000
            #expect(abs(average) < 0.001)
            #expect(abs(power.squareRoot() - 0.02) < 0.001)
        }
    }

    @Test func whatNoBoxIsAskedForDoesNoHarm() {
        let air = BoxAir(settings([AirBox("a", transmits: false)], [[AirGain(1)], [AirGain(1)]]))
        let octets = [UInt8](repeating: 0x40, count: 400_001)
        octets.withUnsafeBytes {
            air.transmit($0, box: 0)
            air.transmit($0, box: 7)
            air.transmit($0, box: -1)
        }
        air.advance(-5)
        #expect(air.position == 0)
        air.advance(1_000_000)
        #expect(air.position == Int64(BoxAir.blockLimit))
        #expect(air.sampleCount(box: 9, next: 10) == 0)
        var small = [UInt8](repeating: 0, count: 9)
        let (some, none) = small.withUnsafeMutableBytes { (air.receive($0, box: 0), air.receive($0, box: 3)) }
        #expect(some == 2 && none == 0)
    }
}
