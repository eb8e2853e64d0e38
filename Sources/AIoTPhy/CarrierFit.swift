import CSampleKernels
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
        var fit = Self.solve(blocks, turn: blockTurn, fitsOffset: fitsOffset)
        for _ in 0..<Self.rounds where abs(fit.turnError) * Double(blocks.count) > 1e-5 {
            blockTurn += fit.turnError
            fit = Self.solve(blocks, turn: blockTurn, fitsOffset: fitsOffset)
        }
        leak = fit.leak
        offset += fit.offset
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
        let count = samples.count / 2 / size
        let sums = [Float](unsafeUninitializedCapacity: 2 * count) { sums, filled in
            filled = 2 * count
            aiot_block_sums(samples.baseAddress, count, size, 1, sums.baseAddress)
        }
        return (0..<count).map { Complex(Double(sums[2 * $0]), Double(sums[2 * $0 + 1])) * (1 / Double(size)) }
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

    /// Least squares for leak, offset and the ramp that an error of `turn` leaves; the phase counts from block 0.
    private static func solve(_ blocks: [Complex], turn: Double, fitsOffset: Bool) -> Solution {
        let middle = Double(blocks.count - 1) / 2
        let scale = 1 / max(middle, 1)
        let step = Complex(angle: turn)
        var phasor = Complex(1, 0)
        var sums = CarrierSums()
        for (index, block) in blocks.enumerated() {
            if index.isMultiple(of: 256) { phasor = Complex(angle: turn * Double(index)) }
            sums.add(block, phasor: phasor, ramp: (Double(index) - middle) * scale)
            phasor = phasor * step
        }
        let (leak, ramp, offset) = sums.solution(fitsOffset: fitsOffset)
        // The ramp's part in the direction of the leak is a drift of the level; the other is an error of the turn.
        let turnError = leak.power > 0 ? (ramp / leak).im * scale : 0
        return Solution(leak: leak, offset: offset, turnError: turnError.isFinite ? turnError : 0)
    }
}

/// Sums over blocks of the normal equations for leak, ramp and offset; the ramps of all blocks must add up to zero.
struct CarrierSums {
    private var count = 0.0
    private var ramp2 = 0.0
    private var turned = Complex.zero
    private var turnedRamp = Complex.zero
    private var phasors = Complex.zero
    private var phasorRamps = Complex.zero
    private var plain = Complex.zero

    mutating func add(_ block: Complex, phasor: Complex, ramp: Double) {
        let still = block * phasor.conjugate
        count += 1
        ramp2 += ramp * ramp
        turned += still
        turnedRamp += still * ramp
        phasors += phasor
        phasorRamps += phasor * ramp
        plain += block
    }

    /// Leak, ramp and offset. Leak and ramp are orthogonal, the ramp being centred; so the offset, when asked for, follows
    /// from what the two do not explain.
    func solution(fitsOffset: Bool) -> (Complex, Complex, Complex) {
        let slope = max(ramp2, .leastNormalMagnitude)
        var offset = Complex.zero
        if fitsOffset {
            let explained = phasors * turned * (1 / count) + phasorRamps * turnedRamp * (1 / slope)
            let rest = count - phasors.power / count - phasorRamps.power / slope
            offset = (plain - explained) * (1 / max(rest, 1e-6 * count))
        }
        let leak = (turned - phasors.conjugate * offset) * (1 / count)
        let ramp = (turnedRamp - phasorRamps.conjugate * offset) * (1 / slope)
        return (leak, ramp, offset)
    }
}
