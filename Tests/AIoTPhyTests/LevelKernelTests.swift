import AIoTBase
import CSampleKernels
import Testing

/// The kernels behind the cleaning of a window and its peaks, against loops that say the same plainly.
@Suite struct LevelKernelTests {
    private static let counts = [1, 2, 15, 16, 17, 33, 100]

    private static func floats(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }

    @Test(arguments: counts) func aRankIsThatOfTheSortedValues(count: Int) {
        let values = Self.floats(count, seed: 1).map { abs($0) }
        let sorted = values.sorted()
        for rank in values.indices { #expect(aiot_ranked(values, count, rank) == sorted[rank]) }
    }

    @Test(arguments: 1...13) func aBlockHasItsMeansAndPower(size: Int) {
        let samples = Self.floats(2 * 3 * size, seed: 2)
        var levels = [Float](repeating: 9, count: 10)
        aiot_block_levels(samples, 3, size, &levels)
        for block in 0..<3 {
            let places = block * size..<(block + 1) * size
            let re = places.reduce(Float(0)) { $0 + samples[2 * $1] } / Float(size)
            let im = places.reduce(Float(0)) { $0 + samples[2 * $1 + 1] } / Float(size)
            let power = places.reduce(Float(0)) {
                $0 + samples[2 * $1] * samples[2 * $1] + samples[2 * $1 + 1] * samples[2 * $1 + 1]
            }
            #expect(abs(levels[3 * block] - re) < 1e-5 && abs(levels[3 * block + 1] - im) < 1e-5)
            #expect(abs(levels[3 * block + 2] - power / Float(size)) < 1e-5)
        }
        #expect(levels[9] == 9)
    }

    @Test(arguments: counts) func onlySamplesFarFromTheLevelArePutBack(count: Int) {
        for impulse in 0..<count {
            var samples = [Float](repeating: 1, count: 2 * count)
            samples[2 * impulse + 1] = 4
            aiot_put_back(&samples, count, 1, 0.5, 2)
            var expected = [Float](repeating: 1, count: 2 * count)
            expected[2 * impulse + 1] = 0.5
            #expect(samples == expected)
        }
    }

    @Test(arguments: counts) func everyPeakIsFoundInOrder(count: Int) {
        let re = Self.floats(count, seed: 3)
        let im = Self.floats(count, seed: 4)
        let ones = [Float](repeating: 1, count: count)
        let power = re.indices.map { re[$0] * re[$0] + im[$0] * im[$0] }
        let expected = power.indices.filter {
            power[$0] > 0.5 && ($0 == 0 || power[$0] >= power[$0 - 1])
                && ($0 + 1 == count || power[$0] > power[$0 + 1])
        }
        var found: [Int] = []
        var place = aiot_find_peak(re, im, ones, count, 0, 0.5)
        while place < count {
            found.append(place)
            place = aiot_find_peak(re, im, ones, count, place + 1, 0.5)
        }
        #expect(found == expected)
    }
}
