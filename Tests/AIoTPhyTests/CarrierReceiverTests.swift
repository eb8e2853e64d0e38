import AIoTBase
import AIoTPhy
import Foundation
import Testing

/// A carrier with an R2D frame in it, as a receiver with another crystal and a DC offset hears it.
@Suite struct CarrierReceiverTests {
    private static let rate = 1_920_000.0
    private static let message: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x9A]

    /// Interleaved samples of `seconds`, the frame after `lead`; the carrier is off in `gap`.
    private func samples(
        hertz: Double, seconds: Double = 0.02, lead: Double = 0.005, dc: Float = 0.03, gap: Range<Double> = 0..<0
    ) throws -> [Float] {
        let waveform = try R2DModulator.waveform(of: Self.message, chipsPerSymbol: 6, in: .oursV0)
        var levels = [Float](repeating: 1, count: Int(seconds * Self.rate))
        levels.withUnsafeMutableBufferPointer {
            waveform.render(into: $0, firstSample: 0, startSample: lead * Self.rate, sampleRateHz: Self.rate)
        }
        var generator = SeededGenerator(seed: 5)
        var samples: [Float] = []
        for (index, level) in levels.enumerated() {
            let time = Double(index) / Self.rate
            let angle = 2 * Double.pi * hertz * time + 1
            let amplitude = gap.contains(time) ? 0 : Double(level) * 0.1
            let noise = { Float(generator.uniform() - 0.5) * 0.004 }
            samples.append(Float(amplitude * cos(angle)) + dc + noise())
            samples.append(Float(amplitude * sin(angle)) - dc + noise())
        }
        return samples
    }

    private func events(_ samples: [Float], _ receiver: inout CarrierReceiver) -> [CarrierReceiver.Event] {
        samples.withUnsafeBufferPointer { samples in
            stride(from: 0, to: samples.count, by: 3_000).flatMap { start in
                receiver.push(UnsafeBufferPointer(rebasing: samples[start..<min(start + 3_000, samples.count)]))
            }
        }
    }

    @Test(arguments: [-2_000.0, -300, -7, 0, 2, 60, 900, 4_000])
    func theCarrierIsToldToHalfAHertzAndAFewDegrees(hertz: Double) throws {
        var receiver = CarrierReceiver(profile: .oursV0, sampleRateHz: Self.rate)
        let events = events(try samples(hertz: hertz), &receiver)
        guard case .frame(let frame, let carrier?) = try #require(events.first) else {
            Issue.record("\(events)")
            return
        }
        #expect(frame.octets == Self.message)
        #expect(abs(carrier.turn * Self.rate / (2 * .pi) - hertz) < 0.5, "\(carrier.turn * Self.rate / (2 * .pi)) Hz")
        #expect(abs(carrier.level - 0.1) < 0.005)
        let expected = 2 * Double.pi * hertz * frame.endSample / Self.rate + 1
        let error = (carrier.phase(at: frame.endSample) - expected).remainder(dividingBy: 2 * .pi)
        #expect(abs(error) < 0.1, "\(error) rad")
    }

    @Test(arguments: [(70e-6, false), (160e-6, true)])
    func theCarrierIsLostAfterAHundredMicrosecondsWithoutIt(seconds: Double, isLost: Bool) throws {
        var receiver = CarrierReceiver(profile: .oursV0, sampleRateHz: Self.rate)
        let events = events(try samples(hertz: 700, gap: 0.015..<0.015 + seconds), &receiver)
        #expect(events.count == (isLost ? 2 : 1))
        #expect(events.contains(.carrierLost) == isLost)
    }

    @Test func withoutAFrameThereIsNothingToLose() throws {
        var receiver = CarrierReceiver(profile: .oursV0, sampleRateHz: Self.rate)
        let events = events(try samples(hertz: 700, lead: 1, gap: 0.005..<0.01), &receiver)
        #expect(events.isEmpty)
    }

    @Test func whatIsOnesOwnIsLeftOutOfAccount() throws {
        var samples = try samples(hertz: 700)
        let own = 2_000..<6_000
        for index in own {
            // Ten times as strong as the carrier, on another frequency.
            samples[2 * index] += Float(cos(Double(index) * 0.01))
            samples[2 * index + 1] += Float(sin(Double(index) * 0.01))
        }
        var receiver = CarrierReceiver(profile: .oursV0, sampleRateHz: Self.rate)
        receiver.ignore(Double(own.lowerBound)..<Double(own.upperBound))
        guard case .frame(_, let carrier?) = try #require(events(samples, &receiver).first) else {
            Issue.record("no carrier")
            return
        }
        #expect(abs(carrier.turn * Self.rate / (2 * .pi) - 700) < 0.5)
    }
}
