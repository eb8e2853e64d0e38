import AIoTBase
import CSampleKernels
import Testing

/// Each kernel against the plain loop that it stands for, at lengths around the widths of vectors, aligned and not.
@Suite struct SampleKernelTests {
    private static let counts = Array(0...35) + [63, 64, 65, 130, 257]

    private struct Source {
        private var generator: SeededGenerator
        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

        mutating func floats(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
        }

        mutating func octets(_ count: Int) -> [UInt8] { generator.octets(count) }
    }

    private func isNear(_ a: some Sequence<Float>, _ b: some Sequence<Float>, _ tolerance: Float = 1e-5) -> Bool {
        zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    @Test(arguments: 0..<4) func octetsBecomeTheirSamples(offset: Int) {
        var source = Source(seed: 1)
        for count in Self.counts {
            let octets = source.octets(4 * count + offset)
            var floats = [Float](repeating: 9, count: count + 1)
            octets.withUnsafeBytes { octets in
                let from = octets.baseAddress.map { $0 + offset }
                let bytes = UnsafeRawBufferPointer(rebasing: octets[offset...])
                aiot_from_i8(from, count, 0.5, &floats)
                #expect((0..<count).allSatisfy { floats[$0] == Float(Int8(bitPattern: bytes[$0])) / 2 })
                aiot_from_u8(from, count, 0.5, &floats)
                #expect((0..<count).allSatisfy { floats[$0] == Float(Int(bytes[$0]) - 128) / 2 })
                aiot_from_i16(from, count, 0.5, &floats)
                #expect(
                    (0..<count).allSatisfy {
                        floats[$0] == Float(Int16(truncatingIfNeeded: Int(bytes[2 * $0]) | Int(bytes[2 * $0 + 1]) << 8))
                            / 2
                    })
                aiot_from_f32(from, count, 0.5, &floats)
                #expect(
                    (0..<count).allSatisfy {
                        let value = Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
                        return floats[$0] == (value.isFinite ? value / 2 : 0)
                    })
            }
            #expect(floats[count] == 9, "nothing behind the samples is written")
        }
    }

    @Test(arguments: 1...13) func blocksAreSummed(size: Int) {
        var source = Source(seed: 2)
        for blocks in [0, 1, 2, 17] {
            let samples = source.floats(2 * blocks * size)
            var sums = [Float](repeating: 9, count: 2 * blocks + 1)
            aiot_block_sums(samples, blocks, size, 0.5, &sums)
            let expected = (0..<2 * blocks).map { place in
                (0..<size).reduce(Float(0)) { $0 + samples[2 * (place / 2 * size + $1) + place % 2] } / 2
            }
            #expect(isNear(sums, expected))
            #expect(sums[2 * blocks] == 9)
        }
    }

    @Test func theFirstStepIsFoundWhereverItIs() {
        for count in Self.counts {
            for step in [0, 1, count / 2, count - 1, count] where step >= 0 {
                // A level of 1 up to and with the block before the step, behind it 0.1.
                var sums = [Float](repeating: 0, count: 2 * (count + 3))
                for block in 0..<count + 3 { sums[2 * block] = block < step + 3 ? 1 : 0.1 }
                let found = aiot_find_step(sums, count)
                #expect(found == min(step, count), "\(step) of \(count)")
            }
        }
    }

    @Test func distancesAddUp() {
        var source = Source(seed: 3)
        for count in Self.counts {
            let samples = source.floats(2 * count)
            let expected = (0..<count).reduce(0.0) { sum, index in
                let (x, y) = (Double(samples[2 * index]) - 0.25, Double(samples[2 * index + 1]) + 0.5)
                return sum + (x * x + y * y).squareRoot()
            }
            #expect(abs(aiot_distance_sum(samples, count, 0.25, -0.5) - expected) < 1e-5 * max(expected, 1))
        }
    }

    @Test func differencesAndRunningSums() {
        var source = Source(seed: 4)
        for count in Self.counts {
            let samples = source.floats(2 * count)
            let power = (0..<max(2 * count - 2, 0)).reduce(0.0) { sum, index in
                let difference = Double(samples[index + 2] - samples[index])
                return sum + difference * difference
            }
            #expect(abs(aiot_difference_power(samples, count) - power) < 1e-5 * max(power, 1))
            let squares = samples.reduce(0.0) { $0 + Double($1 * $1) }
            #expect(abs(aiot_power(samples, 2 * count) - squares) < 1e-5 * max(squares, 1))
            var sums = [Double](repeating: 0.5, count: 2 * count + 2)
            aiot_running_sums(samples, count, &sums)
            var expected = [0.5, 0.5]
            for index in 0..<2 * count { expected.append(expected[index] + Double(samples[index])) }
            #expect(zip(sums, expected).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test func aTurningCarrierIsTakenOut() {
        var source = Source(seed: 5)
        for count in Self.counts {
            let rest = source.floats(2 * count)
            // Offset (0.1, 0.2) plus (0.3, 0.4) and the rest, turning by 0.01 a sample.
            var samples = rest
            for index in 0..<count {
                let turn = Phasor(0.01 * Double(index + 7))
                let value = turn.times(0.3 + Double(rest[2 * index]), 0.4 + Double(rest[2 * index + 1]))
                samples[2 * index] = Float(value.re + 0.1)
                samples[2 * index + 1] = Float(value.im + 0.2)
            }
            var carrier = aiot_carrier(offset_re: 0.1, offset_im: 0.2, leak_re: 0.3, leak_im: 0.4, turn: 0.01)
            var clean = [Float](repeating: 9, count: 2 * count + 1)
            aiot_remove_carrier(samples, count, &carrier, 7, &clean)
            #expect(isNear(clean, rest))
            #expect(clean[2 * count] == 9)
        }
    }

    @Test func outputsComeFromRunningSums() {
        var source = Source(seed: 6)
        let sums = source.floats(2 * 41).map { Double($0) }
        func total(_ position: Double, _ part: Int) -> Double {
            let place = min(max(position, 0), 40)
            let index = min(Int(place), 39)
            return sums[2 * index + part] + (place - Double(index))
                * (sums[2 * index + 2 + part] - sums[2 * index + part])
        }
        sums.withUnsafeBufferPointer { buffer in
            var signal = aiot_signal(sums: buffer.baseAddress, limit: 40)
            // Wholly within the signal, and beyond its ends.
            for (halves, length) in [(2, 1.3), (4, 1.3), (4, 3.1), (16, 0.6), (16, 1.3)] {
                var outputs = [Double](repeating: 9, count: 7)
                aiot_bit_outputs(&signal, -1.5, length, halves, 1, 3, &outputs)
                for place in 0..<6 {
                    let expected = (0..<halves).reduce(0.0) { sum, half in
                        let begin = -1.5 + length * Double((1 + place / 2) * halves + half)
                        let area = total(begin + length, place % 2) - total(begin, place % 2)
                        return half.isMultiple(of: 2) ? sum + area : sum - area
                    }
                    #expect(abs(outputs[place] - expected) < 1e-6)
                }
                #expect(outputs[6] == 9)
            }
            for (count, origin) in Self.counts.flatMap({ [($0, -2.0), ($0, 1.0)] }) {
                var re = [Float](repeating: 9, count: count + 1)
                var im = re
                aiot_periods(&signal, origin, 0.7, count, 3, &re, &im)
                let expected = (0..<2 * count).map { place -> Float in
                    let begin = origin + 0.7 * Double(place / 2)
                    return Float(
                        2 * total(begin + 2.1, place % 2) - total(begin, place % 2) - total(begin + 4.2, place % 2))
                }
                #expect(isNear(re, (0..<count).map { expected[2 * $0] }))
                #expect(isNear(im, (0..<count).map { expected[2 * $0 + 1] }))
                #expect(re[count] == 9 && im[count] == 9)
            }
        }
    }

    @Test(arguments: [1, 5, 12, 24]) func shiftedValuesAreAdded(width: Int) {
        var source = Source(seed: 7)
        for count in Self.counts {
            let before = source.floats(count + width)
            var values = before
            aiot_add_shifted(&values, count, width)
            #expect(values == (0..<count + width).map { $0 < count ? before[$0] + before[$0 + width] : before[$0] })
        }
    }
}

struct Phasor {
    let re: Double
    let im: Double

    /// `e^(j angle)` by its series, which is enough below 10.
    init(_ angle: Double) {
        var (re, im, term) = (0.0, 0.0, 1.0)
        for power in 0..<60 {
            switch power % 4 {
            case 0: re += term
            case 1: im += term
            case 2: re -= term
            default: im -= term
            }
            term *= angle / Double(power + 1)
        }
        (self.re, self.im) = (re, im)
    }

    func times(_ x: Double, _ y: Double) -> (re: Double, im: Double) { (x * re - y * im, x * im + y * re) }
}
