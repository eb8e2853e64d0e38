/// The preamble's correlation over an output grid: all starts at once for one clock error.
struct PreambleGrid {
    /// Starts tried: each grid point from the first.
    let starts: Int
    private let grid: OutputGrid
    private let first: Double
    private let step: Double
    private var energies: [Float]
    private var sumRe: [Float]
    private var sumIm: [Float]
    private var sumEnergy: [Float]

    init(_ grid: OutputGrid, starts range: ClosedRange<Double>) {
        self.grid = grid
        first = range.lowerBound
        step = grid.shape.nominalHalf / Double(OutputGrid.pointsPerHalf)
        starts = Int((range.upperBound - range.lowerBound) / step) + 2
        energies = [Float](repeating: 0, count: max(grid.count, 0))
        for index in energies.indices {
            energies[index] = grid.re[index] * grid.re[index] + grid.im[index] * grid.im[index]
        }
        sumRe = [Float](repeating: 0, count: starts)
        sumIm = sumRe
        sumEnergy = sumRe
    }

    /// Sums the preamble's bits for every start at one clock error.
    mutating func correlate(clockError: Double) {
        let starts = starts
        for index in 0..<starts {
            sumRe[index] = 0
            sumIm[index] = 0
            sumEnergy[index] = 0
        }
        let alignment = alignment(0, clockError: clockError)
        for bit in 0..<grid.shape.preambleBits {
            let offset = grid.place(of: bit, alignment)
            let sign = grid.shape.knownSigns[bit]
            guard offset >= 0, offset + starts <= energies.count else { continue }
            grid.re.withUnsafeBufferPointer { re in
                grid.im.withUnsafeBufferPointer { im in
                    energies.withUnsafeBufferPointer { energies in
                        for index in 0..<starts {
                            sumRe[index] += sign * re[offset + index]
                            sumIm[index] += sign * im[offset + index]
                            sumEnergy[index] += energies[offset + index]
                        }
                    }
                }
            }
        }
    }

    /// Power of the coherent sum at a start.
    func power(_ start: Int) -> Double { Double(sumRe[start] * sumRe[start] + sumIm[start] * sumIm[start]) }

    /// What the power would be if all outputs added up in phase.
    func energy(_ start: Int) -> Double { Double(sumEnergy[start]) * Double(grid.shape.preambleBits) }

    /// Whether neither neighbour of a start is stronger.
    func isPeak(_ start: Int) -> Bool {
        let power = power(start)
        return (start == 0 || power >= self.power(start - 1)) && (start + 1 >= starts || power > self.power(start + 1))
    }

    func alignment(_ start: Int, clockError: Double) -> Alignment {
        Alignment(start: first + Double(start) * step, half: grid.shape.nominalHalf / (1 + clockError))
    }
}
