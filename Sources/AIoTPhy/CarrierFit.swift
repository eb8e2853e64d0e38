import Glibc

/// The reader's own carrier as it leaks into a window, and the DC offset beside it (`spec/2 "What the receiver hears"`).
///
/// The leak is 30 dB and more above a device, so it is modelled and taken out: a turning phasor plus a constant, by least
/// squares over short means of the window. What devices add is balanced and hardly moves the fit.
struct CarrierFit {
    var leak: Complex
    var offset: Complex
    /// Phase advance of the leak per window sample, radians: the common frequency offset.
    var turn: Double

    /// Window samples per mean: 16 µs, so that an offset of 5 kHz turns by half a radian (*ours*).
    private static let blockSeconds = 16e-6
    private static let rounds = 8

    /// Fits `samples` (interleaved); `knownOffset` is the DC offset that the keying of an R2D frame showed.
    init(samples: UnsafeBufferPointer<Float>, sampleRateHz: Double, knownOffset: Complex?) {
        let size = max(Int(Self.blockSeconds * sampleRateHz), 1)
        var blocks = Self.means(of: samples, size: size)
        offset = knownOffset ?? .zero
        leak = .zero
        turn = 0
        guard blocks.count >= 4 else {
            if !blocks.isEmpty { leak = blocks.reduce(.zero, +) * (1 / Double(blocks.count)) - offset }
            return
        }
        for index in blocks.indices { blocks[index] -= offset }
        var blockTurn = Self.turnPerBlock(blocks)
        // Below one turn over the window a constant and the leak look alike; the constant then stays where it is.
        let fitsOffset = abs(blockTurn) * Double(blocks.count) > 2 * Double.pi
        var extra = Complex.zero
        for _ in 0..<Self.rounds {
            let fit = Self.solve(blocks, turn: blockTurn, fitsOffset: fitsOffset)
            (leak, extra) = (fit.leak, fit.offset)
            blockTurn += fit.turnError
        }
        let final = Self.solve(blocks, turn: blockTurn, fitsOffset: fitsOffset, fitsTurn: false)
        (leak, extra) = (final.leak, final.offset)
        offset += extra
        turn = blockTurn / Double(size)
        // The fit is of means over blocks around their centres; take it to single samples.
        leak = leak * (1 / Self.shrinkage(turn: turn, size: size)) * Complex(angle: -turn * Double(size - 1) / 2)
    }

    /// By how much the mean of `size` samples of a turning phasor is shorter than one sample.
    private static func shrinkage(turn: Double, size: Int) -> Double {
        let half = turn / 2
        return abs(half) < 1e-9 ? 1 : sin(half * Double(size)) / (Double(size) * sin(half))
    }

    private static func means(of samples: UnsafeBufferPointer<Float>, size: Int) -> [Complex] {
        (0..<samples.count / 2 / size).map { block in
            var re: Float = 0
            var im: Float = 0
            for index in block * size..<(block + 1) * size {
                re += samples[2 * index]
                im += samples[2 * index + 1]
            }
            return Complex(Double(re), Double(im)) * (1 / Double(size))
        }
    }

    /// Phase advance per block: from neighbours first, then from ever wider distances.
    private static func turnPerBlock(_ blocks: [Complex]) -> Double {
        var turn = 0.0
        var distance = 1
        while distance <= blocks.count / 2 {
            var sum = Complex.zero
            for index in 0..<blocks.count - distance {
                sum += blocks[index + distance] * blocks[index].conjugate
            }
            turn += (sum * Complex(angle: -turn * Double(distance))).angle / Double(distance)
            distance *= 2
        }
        return turn.isFinite ? turn : 0
    }

    private struct Solution {
        var leak: Complex
        var offset: Complex
        var turnError: Double
    }

    /// Least squares for leak, offset and the slope that an error of `turn` leaves; the phase counts from block 0.
    private static func solve(
        _ blocks: [Complex], turn: Double, fitsOffset: Bool, fitsTurn: Bool = true
    ) -> Solution {
        let middle = Double(blocks.count - 1) / 2
        let scale = 1 / max(middle, 1)
        var normal = NormalEquations()
        var phasor = Complex(1, 0)
        let step = Complex(angle: turn)
        for (index, block) in blocks.enumerated() {
            if index.isMultiple(of: 256) { phasor = Complex(angle: turn * Double(index)) }
            let ramp = fitsTurn ? phasor * ((Double(index) - middle) * scale) : .zero
            normal.add((phasor, ramp, fitsOffset ? Complex(1, 0) : .zero), block)
            phasor = phasor * step
        }
        let (leak, slope, offset) = normal.solution(ridge: 1e-9 * Double(blocks.count))
        let turnError = leak.power > 0 ? (slope / leak).im * scale : 0
        // The slope's real part, a drift of the level, is left in the residual.
        return Solution(leak: leak, offset: offset, turnError: turnError.isFinite ? turnError : 0)
    }
}

/// Normal equations of three complex unknowns, solved by elimination.
private struct NormalEquations {
    private var matrix = [[Complex]](repeating: [Complex](repeating: .zero, count: 4), count: 3)

    mutating func add(_ row: (Complex, Complex, Complex), _ value: Complex) {
        let columns = [row.0, row.1, row.2, value]
        for line in 0..<3 {
            for column in 0..<4 { matrix[line][column] += columns[line].conjugate * columns[column] }
        }
    }

    /// The solution; `ridge` keeps an unknown that nothing determines at zero.
    func solution(ridge: Double) -> (Complex, Complex, Complex) {
        var rows = matrix
        for line in 0..<3 { rows[line][line] += Complex(max(ridge, .leastNormalMagnitude), 0) }
        for pivot in 0..<3 {
            for line in 0..<3 where line != pivot {
                let factor = rows[line][pivot] / rows[pivot][pivot]
                for column in pivot..<4 { rows[line][column] -= factor * rows[pivot][column] }
            }
        }
        return (rows[0][3] / rows[0][0], rows[1][3] / rows[1][1], rows[2][3] / rows[2][2])
    }
}
