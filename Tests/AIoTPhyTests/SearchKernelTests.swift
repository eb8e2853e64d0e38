import AIoTBase
import CSampleKernels
import Testing

/// The kernels of the search and of the code against the plain loops that they stand for.
@Suite struct SearchKernelTests {
    private static func floats(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }

    private func isNear(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 1e-4 * max(1, abs(b)) }

    @Test(arguments: [0, 1, 7, 15, 16, 17, 33, 100]) func knownBitsAreCorrelatedForEveryStart(starts: Int) {
        let re = Self.floats(starts + 60, seed: 1)
        let im = Self.floats(starts + 60, seed: 2)
        let offsets = [0, 3, -1, 17, 60]
        let signs: [Float] = [1, -1, 1, -1, 1]
        var sumRe = [Float](repeating: 9, count: starts + 1)
        var sumIm = sumRe
        var powers = sumRe
        aiot_correlate(re, im, offsets, signs, 5, starts, &sumRe, &sumIm, &powers)
        let sums = [sumRe, sumIm, powers]
        for start in 0..<starts {
            var expected: [Float] = [0, 0, 0]
            for (offset, sign) in zip(offsets, signs) where offset >= 0 {
                let (x, y) = (re[offset + start], im[offset + start])
                expected[0] += sign * x
                expected[1] += sign * y
                expected[2] += x * x + y * y
            }
            #expect((0..<3).allSatisfy { isNear(sums[$0][start], expected[$0]) })
        }
        #expect(sums.allSatisfy { $0[starts] == 9 })
    }

    @Test(arguments: [31, 32, 80, 95, 96, 400]) func anAlignmentIsWeighedByItsBits(bits: Int) {
        // No place lies on the border between two outputs.
        let (first, perBit) = (-3.4, 1.7371)
        let count = 500
        let re = Self.floats(count, seed: 3)
        let im = Self.floats(count, seed: 4)
        let signs = (0..<bits).map { (bit: Int) -> Float in
            guard bit < 31 || bit % 9 == 0 else { return 0 }
            return bit % 2 == 0 ? -1 : 1
        }
        func output(_ bit: Int) -> (Double, Double) {
            let place = Int(max(first + Double(bit) * perBit, 0))
            return place < count ? (Double(re[place]), Double(im[place])) : (0, 0)
        }
        var weight = aiot_weight()
        aiot_weigh(re, im, count, first, perBit, signs, bits, &weight)
        var expected = aiot_weight()
        for bit in 0..<bits {
            let (x, y) = output(bit)
            let sign = Double(signs[bit])
            expected.sum_re += x * sign
            expected.sum_im += y * sign
            guard sign == 0 else { continue }
            expected.square_re += x * x - y * y
            expected.square_im += 2 * x * y
            expected.power += x * x + y * y
            expected.unknown += 1
        }
        #expect(abs(weight.sum_re - expected.sum_re) < 1e-4 && abs(weight.sum_im - expected.sum_im) < 1e-4)
        let tolerance = 1e-4 * max(1, expected.power)
        #expect(abs(weight.square_re - expected.square_re) < tolerance)
        #expect(abs(weight.square_im - expected.square_im) < tolerance)
        #expect(abs(weight.power - expected.power) < tolerance && weight.unknown == expected.unknown)
    }

    @Test(arguments: [1, 15, 16, 17, 40]) func partsAreTurnedAndCorrelated(starts: Int) {
        let bounds = [1, 4, 9, 15]
        let signs: [Float] = [1, -1, 1]
        let count = 15 + starts
        let parts = Self.floats(4 * count, seed: 5).map { Double($0) }
        var sums = [Float](repeating: 0, count: 4 * (count + 1))
        var totals = [Float](repeating: 9, count: 4 * starts + 1)
        var powers = [Float](repeating: 9, count: starts + 1)
        sums.withUnsafeMutableBufferPointer { sums in
            totals.withUnsafeMutableBufferPointer { totals in
                guard let sum = sums.baseAddress, let total = totals.baseAddress else { return }
                let place = { (index: Int) in sum + index * (count + 1) }
                parts.withUnsafeBufferPointer { parts in
                    let minus = parts.baseAddress.map { $0 + 2 * count }
                    aiot_turned_sums(parts.baseAddress, minus, count, 0.1, place(0), place(1), place(2), place(3))
                }
                var from = (0..<4).map { UnsafePointer?(place($0)) }
                var to = (0..<4).map { Optional(total + $0 * starts) }
                aiot_correlate_differences(&from, bounds, signs, 3, starts, &to, &powers)
            }
        }
        for start in 0..<starts {
            var expected = [Double](repeating: 0, count: 4)
            var power = 0.0
            for bit in 0..<3 {
                var bitSums = [Double](repeating: 0, count: 4)
                for part in bounds[bit] + start..<bounds[bit + 1] + start {
                    let phasor = Phasor(0.1 * Double(part))
                    // Turned back and forth: e^(-j a) z has the parts of the conjugate of e^(j a) conj(z).
                    let plus = phasor.times(parts[2 * part], -parts[2 * part + 1])
                    let minus = phasor.times(parts[2 * (count + part)], parts[2 * (count + part) + 1])
                    for (index, value) in [plus.re, -plus.im, minus.re, minus.im].enumerated() {
                        bitSums[index] += value
                    }
                }
                for index in 0..<4 {
                    expected[index] += Double(signs[bit]) * bitSums[index]
                    power += bitSums[index] * bitSums[index]
                }
            }
            #expect((0..<4).allSatisfy { isNear(totals[$0 * starts + start], Float(expected[$0])) })
            #expect(isNear(powers[start], Float(power)))
        }
        #expect(totals[4 * starts] == 9 && powers[starts] == 9)
    }

    @Test(arguments: [(3, 64), (3, 16), (2, 64), (4, 256)]) func aForwardPassTakesTheBetterPredecessor(
        outputs: Int, states: Int
    ) {
        let steps = 50
        let high = states / 2
        let soft = Self.floats(steps * outputs, seed: 6)
        let signs = Self.floats(outputs * 2 * states, seed: 7).map { Float($0 < 0 ? -1 : 1) }
        let start = Self.floats(states, seed: 8)
        var metrics = start
        var scratch = start
        var choices = [UInt8](repeating: 9, count: steps * states + 1)
        aiot_viterbi(soft, outputs, signs, steps, states, &metrics, &scratch, &choices)
        var expected = start
        for step in 0..<steps {
            let old = expected
            for state in 0..<states {
                let (input, index) = (state / high, state % high)
                let reached = (0..<2).map { low in
                    (0..<outputs).reduce(old[2 * index + low]) { sum, output in
                        sum + signs[output * 2 * states + (2 * input + low) * high + index]
                            * soft[step * outputs + output]
                    }
                }
                expected[state] = max(reached[0], reached[1])
                if abs(reached[0] - reached[1]) > 1e-3 {
                    #expect(choices[step * states + state] == (reached[1] > reached[0] ? 1 : 0))
                }
            }
        }
        #expect(zip(metrics, expected).allSatisfy { isNear($0, $1) })
        #expect(choices[steps * states] == 9)
    }
}
