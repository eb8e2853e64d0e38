/// The preamble's correlation over an output grid: all starts at once for one clock error.
struct PreambleGrid {
    /// Starts tried: each grid point from the first.
    let starts: Int
    private let grid: OutputGrid
    private let first: Double
    private let step: Double
    private var energies: [Float]
    private var sums: Sums

    /// Of each start: the coherent sum of the bits, and the sum of their powers.
    fileprivate struct Sums {
        var re: [Float]
        var im: [Float]
        var energy: [Float]
    }

    init(_ grid: OutputGrid, starts range: ClosedRange<Double>) {
        self.grid = grid
        first = range.lowerBound
        step = grid.shape.nominalHalf / Double(OutputGrid.pointsPerHalf)
        starts = Int((range.upperBound - range.lowerBound) / step) + 2
        energies = zip(grid.re, grid.im).map { $0 * $0 + $1 * $1 }
        let zeros = [Float](repeating: 0, count: starts)
        sums = Sums(re: zeros, im: zeros, energy: zeros)
    }

    /// Sums the preamble's bits for every start at one clock error.
    mutating func correlate(clockError: Double) {
        let zeros = [Float](repeating: 0, count: starts)
        sums = Sums(re: zeros, im: zeros, energy: zeros)
        let alignment = alignment(0, clockError: clockError)
        for bit in 0..<grid.shape.preambleBits {
            let offset = grid.place(of: bit, alignment)
            guard offset >= 0, offset + starts <= grid.count else { continue }
            sums.add(grid, energies, from: offset, sign: grid.shape.knownSigns[bit])
        }
    }

    /// Power of the coherent sum at a start.
    func power(_ start: Int) -> Double {
        Double(sums.re[start] * sums.re[start] + sums.im[start] * sums.im[start])
    }

    /// What the power would be if all outputs added up in phase.
    func energy(_ start: Int) -> Double { Double(sums.energy[start]) * Double(grid.shape.preambleBits) }

    /// Whether neither neighbour of a start is stronger.
    func isPeak(_ start: Int) -> Bool {
        let power = power(start)
        return (start == 0 || power >= self.power(start - 1)) && (start + 1 >= starts || power > self.power(start + 1))
    }

    func alignment(_ start: Int, clockError: Double) -> Alignment {
        Alignment(start: first + Double(start) * step, half: grid.shape.nominalHalf / (1 + clockError))
    }
}

extension PreambleGrid.Sums {
    /// Adds one bit for all starts: its outputs from a grid point on.
    fileprivate mutating func add(_ grid: OutputGrid, _ energies: [Float], from offset: Int, sign: Float) {
        grid.re.withUnsafeBufferPointer { source in
            re.withUnsafeMutableBufferPointer { sum in
                for index in sum.indices { sum[index] += sign * source[offset + index] }
            }
        }
        grid.im.withUnsafeBufferPointer { source in
            im.withUnsafeMutableBufferPointer { sum in
                for index in sum.indices { sum[index] += sign * source[offset + index] }
            }
        }
        energies.withUnsafeBufferPointer { source in
            energy.withUnsafeMutableBufferPointer { sum in
                for index in sum.indices { sum[index] += source[offset + index] }
            }
        }
    }
}
