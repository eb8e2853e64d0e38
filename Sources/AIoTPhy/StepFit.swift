/// The steps that bursts make at their ends: the mean of a device's two states lies off the state in which it rests.
///
/// A burst that is taken out as a square wave of zero mean leaves this step, and it reaches into the first and last bits
/// of weaker bursts beside it. Bursts of one time position start together, so their steps are fitted together; where the
/// signal cannot tell them apart, each device is taken to rest absorbing (*ours*).
struct StepFit {
    struct Burst {
        var start: Double
        var end: Double
        /// Half the difference of the states: the step of a device that rests absorbing.
        var gain: Complex
    }

    /// Samples of the signal that the assumption weighs as much as, in half-periods of one sample each (*ours*).
    private static let priorSamples = 32.0

    /// The step of each burst in the signal behind `filter`.
    static func steps(of bursts: [Burst], _ filter: MatchedFilter) -> [Complex] {
        let edges = ([0, filter.limit] + bursts.flatMap { [$0.start, $0.end] }).filter {
            (0...filter.limit).contains($0)
        }
        .sorted()
        var system = LinearSystem(count: bursts.count + 1)
        for (from, to) in zip(edges, edges.dropFirst()) where to - from > 0 {
            let mean = (filter.total(before: to) - filter.total(before: from)) * (1 / (to - from))
            let middle = (from + to) / 2
            // The last unknown is what the fit of the leak has left.
            let row = bursts.map { $0.start < middle && middle < $0.end ? 1.0 : 0 } + [1]
            system.add(row, value: mean, weight: to - from)
        }
        for (index, burst) in bursts.enumerated() {
            var row = [Double](repeating: 0, count: bursts.count + 1)
            row[index] = 1
            system.add(row, value: burst.gain, weight: priorSamples)
        }
        return Array(system.solution().dropLast())
    }
}

/// Least squares with real coefficients and complex values, solved by elimination.
private struct LinearSystem {
    private var matrix: [[Double]]
    private var values: [Complex]

    init(count: Int) {
        matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        values = [Complex](repeating: .zero, count: count)
    }

    mutating func add(_ row: [Double], value: Complex, weight: Double) {
        for line in row.indices where row[line] != 0 {
            for column in row.indices { matrix[line][column] += weight * row[line] * row[column] }
            values[line] += value * (weight * row[line])
        }
    }

    /// The solution; an unknown that nothing determines is zero.
    func solution() -> [Complex] {
        var matrix = matrix
        var values = values
        for pivot in matrix.indices {
            matrix[pivot][pivot] += 1e-9
            for line in matrix.indices where line != pivot {
                let factor = matrix[line][pivot] / matrix[pivot][pivot]
                for column in pivot..<matrix.count { matrix[line][column] -= factor * matrix[pivot][column] }
                values[line] -= values[pivot] * factor
            }
        }
        return values.indices.map { values[$0] * (1 / matrix[$0][$0]) }
    }
}
