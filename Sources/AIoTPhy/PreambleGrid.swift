import CSampleKernels

/// The preamble's correlation over outputs on a grid: all starts at once for one clock error.
struct PreambleGrid {
    /// Starts tried: each grid point from the first.
    let starts: Int
    private let grid: OutputGrid.Layer
    private let first: Double
    private let step: Double
    /// Of each start: the coherent sum of the bits, and the sum of their powers.
    private var re: [Float]
    private var im: [Float]
    private var powers: [Float]
    /// Where on the grid each bit of the preamble begins when the burst has the first start; -1 outside the grid.
    private var offsets: [Int]

    init(_ grid: OutputGrid.Layer, starts range: ClosedRange<Double>) {
        self.grid = grid
        first = range.lowerBound
        step = grid.step
        starts = Int((range.upperBound - range.lowerBound) / step) + 2
        re = [Float](repeating: 0, count: starts)
        im = re
        powers = re
        offsets = [Int](repeating: -1, count: grid.shape.preambleBits)
    }

    /// Sums the preamble's bits for every start at one clock error.
    mutating func correlate(clockError: Double) {
        let alignment = alignment(0, clockError: clockError)
        for bit in offsets.indices {
            let offset = grid.place(of: bit, alignment)
            offsets[bit] = offset >= 0 && offset + starts <= grid.count ? offset : -1
        }
        aiot_correlate(
            grid.re, grid.im, offsets, grid.shape.knownSigns, offsets.count, starts, &re, &im, &powers)
    }

    /// Power of the coherent sum at a start.
    func power(_ start: Int) -> Double {
        Double(re[start] * re[start] + im[start] * im[start])
    }

    /// What the power would be if all outputs added up in phase.
    func energy(_ start: Int) -> Double { Double(powers[start]) * Double(grid.shape.preambleBits) }

    /// The first start, from `first` on, whose coherent share is above `share` and whose power is above its neighbours';
    /// `starts` when there is none.
    func peak(from first: Int, above share: Double) -> Int {
        aiot_find_peak(re, im, powers, starts, first, Float(share * Double(grid.shape.preambleBits)))
    }

    func alignment(_ start: Int, clockError: Double) -> Alignment {
        Alignment(start: first + Double(start) * step, half: grid.shape.nominalHalf / (1 + clockError))
    }
}
