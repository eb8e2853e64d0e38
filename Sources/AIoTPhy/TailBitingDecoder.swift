import CSampleKernels

/// Soft-decision decoder of the tail-biting convolutional code: the most likely code word, exactly.
///
/// The block is a ring, so a path counts only when it ends in the state where it began. A first Viterbi pass leaves the
/// beginning open; what it reaches in a state bounds every path that begins and ends there. When its best path closes,
/// that is the answer; else the states are tried one by one, best bound first, until no bound beats the best closed
/// path. At a usable SNR this takes one to three passes, in pure noise at most one for each state.
package struct TailBitingDecoder {
    private let code: ConvolutionalCode
    /// The code as `aiot_viterbi` wants it.
    private let signs: [Float]

    package init(_ code: ConvolutionalCode) {
        self.code = code
        signs = Self.signs(code)
    }

    /// For each output, current input and low bit of the predecessor, the sign by the predecessor's other bits: + for 0.
    private static func signs(_ code: ConvolutionalCode) -> [Float] {
        let table = code.outputTable()
        let high = code.stateCount / 2
        var signs: [Float] = []
        signs.reserveCapacity(code.outputs * 4 * high)
        for output in 0..<code.outputs {
            for input in 0..<2 {
                for low in 0..<2 {
                    for index in 0..<high {
                        let outputs = table[input * code.stateCount + 2 * index + low]
                        signs.append(outputs >> (code.outputs - 1 - output) & 1 == 0 ? 1 : -1)
                    }
                }
            }
        }
        return signs
    }

    /// The input bits whose code word fits `soft` best; positive values speak for 0, larger ones louder.
    ///
    /// Takes `outputs` values for each input bit; values of an incomplete last step are left out.
    package func decoded(_ soft: [Float]) -> [UInt8] {
        let steps = soft.count / max(code.outputs, 1)
        guard steps > 0 else { return [] }
        let open = forward(soft, steps: steps, from: [Float](repeating: 0, count: code.stateCount))
        let byBound = open.metrics.indices.sorted { (open.metrics[$0], $1) > (open.metrics[$1], $0) }
        var best: (metric: Float, bits: [UInt8]) = (-.infinity, [])
        for (rank, state) in byBound.enumerated() where open.metrics[state] > best.metric {
            if rank == 0 {
                let path = trace(open, steps: steps, to: state)
                if path.start == state { return path.bits }
            }
            var start = [Float](repeating: -.infinity, count: code.stateCount)
            start[state] = 0
            let closed = forward(soft, steps: steps, from: start)
            if closed.metrics[state] > best.metric || best.bits.isEmpty {
                best = (closed.metrics[state], trace(closed, steps: steps, to: state).bits)
            }
        }
        return best.bits
    }

    private struct Pass {
        var metrics: [Float]
        /// For each step and state the low bit of the predecessor.
        var choices: [UInt8]
    }

    private func forward(_ soft: [Float], steps: Int, from start: [Float]) -> Pass {
        let states = code.stateCount
        var metrics = start
        var scratch = start
        let choices = [UInt8](unsafeUninitializedCapacity: steps * states) { choices, count in
            count = steps * states
            aiot_viterbi(soft, code.outputs, signs, steps, states, &metrics, &scratch, choices.baseAddress)
        }
        return Pass(metrics: metrics, choices: choices)
    }

    private func trace(_ pass: Pass, steps: Int, to end: Int) -> (start: Int, bits: [UInt8]) {
        let states = code.stateCount
        var bits = [UInt8](repeating: 0, count: steps)
        var state = end
        for step in (0..<steps).reversed() {
            bits[step] = state >= states >> 1 ? 1 : 0
            state = state << 1 & (states - 1) | Int(pass.choices[step * states + state])
        }
        return (state, bits)
    }
}
