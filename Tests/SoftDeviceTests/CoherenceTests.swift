import AIoTBase
import AIoTMac
import AIoTPhy
import EmulatedAir
import Foundation
import SoftDevice
import Testing

/// What is sent turns with the reader's carrier, as backscatter does.
@Suite struct CoherenceTests {
    /// Mean phase of the burst in each of `parts` parts, in degrees from the first, as the reader's leak has it.
    private func phases(_ samples: ArraySlice<Float>, parts: Int) -> [Double] {
        let values = stride(from: samples.startIndex, to: samples.endIndex - 1, by: 2)
            .map { (Double(samples[$0]), Double(samples[$0 + 1])) }
        let strongest = values.map { $0.0 * $0.0 + $0.1 * $0.1 }.max() ?? 0
        let length = values.count / parts
        let angles = (0..<parts).map { part -> Double in
            var (re, im) = (0.0, 0.0)
            for (a, b) in values[part * length..<(part + 1) * length] where a * a + b * b > strongest / 4 {
                (re, im) = (re + a, im + b)
            }
            return atan2(im, re)
        }
        return angles.map { ($0 - angles[0]).remainder(dividingBy: 2 * .pi) * 180 / .pi }
    }

    @Test(arguments: [-2_000.0, 0, 3, 40, 700, 2_000])
    func aLongBurstKeepsItsPhaseAgainstTheCarrierToWithinAFewDegrees(hertz: Double) throws {
        var settings = Desk.Settings()
        settings.frequencyOffsetHz = hertz
        let desk = try Desk(settings)
        defer { desk.stop() }
        desk.listen()
        let schedule = Desk.schedule(40, milliseconds: 10, rateCode: 1)
        try desk.reader.send(desk.paging(schedule, access: .cfra))
        desk.run { desk.reader.frames.count == 1 }
        let recordedFrom = desk.boxes.position
        desk.reader.record()
        desk.run(seconds: 0.08)
        let burst = try #require(desk.reader.decoded.first)
        #expect(burst.duration.seconds > 0.045)
        // The leak does not turn: its mean before the burst is taken out.
        var samples = desk.reader.samples
        let start = Int(burst.start.seconds * DeskReader.sampleRateHz) - Int(recordedFrom)
        let (mean, count) = ((0.0, 0.0), start - 2_000)
        let leak = (0..<count).reduce(into: mean) {
            $0.0 += Double(samples[2 * $1]) / Double(count)
            $0.1 += Double(samples[2 * $1 + 1]) / Double(count)
        }
        for index in samples.indices { samples[index] -= Float(index.isMultiple(of: 2) ? leak.0 : leak.1) }
        let length = Int(burst.duration.seconds * DeskReader.sampleRateHz)
        let phases = phases(samples[2 * start..<2 * (start + length)], parts: 16)
        #expect(phases.allSatisfy { abs($0) < 4 }, "\(phases)")
    }
}
