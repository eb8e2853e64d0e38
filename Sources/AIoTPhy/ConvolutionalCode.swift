/// The tail-biting convolutional code of D2R (`spec/2 "Coding"`): the encoder.
///
/// The register holds the current input on top and the `constraintLength - 1` inputs before it below, the latest
/// highest. Tail-biting: it starts with the last inputs of the block, so it ends where it began and costs no tail.
package struct ConvolutionalCode: Hashable, Sendable {
    package let constraintLength: Int
    /// Each generator's top bit weights the current input.
    package let generators: [UInt32]

    /// The code of `profile`; a constraint length outside 2...10 is taken as the nearest of these.
    package init(of profile: AirProfile) {
        constraintLength = min(max(profile.fecConstraintLength, 2), 10)
        generators = profile.fecGenerators
    }

    /// Output bits per input bit.
    package var outputs: Int { generators.count }

    var stateCount: Int { 1 << (constraintLength - 1) }

    /// The coded block: `outputs` bits for each bit of `bits`, in the order of the generators.
    package func encoded(_ bits: [UInt8]) -> [UInt8] {
        var state = finalState(after: bits)
        var coded: [UInt8] = []
        coded.reserveCapacity(bits.count * outputs)
        for bit in bits {
            let register = state | Int(bit & 1) << (constraintLength - 1)
            for generator in generators {
                coded.append(UInt8((UInt32(register) & generator).nonzeroBitCount & 1))
            }
            state = register >> 1
        }
        return coded
    }

    /// The state after `bits`, which a shorter block fills from its own end over and over.
    private func finalState(after bits: [UInt8]) -> Int {
        guard !bits.isEmpty else { return 0 }
        return (0..<constraintLength - 1).reduce(0) { state, age in
            let index = (bits.count - 1 - age % bits.count)
            return state | Int(bits[index] & 1) << (constraintLength - 2 - age)
        }
    }

    /// For each register value the output bits as one number, the first generator's bit highest.
    func outputTable() -> [Int] {
        (0..<stateCount * 2).map { register in
            generators.reduce(0) { $0 << 1 | (UInt32(register) & $1).nonzeroBitCount & 1 }
        }
    }
}
