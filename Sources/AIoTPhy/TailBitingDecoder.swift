/// Soft-decision decoder of the tail-biting convolutional code: the most likely code word, exactly.
///
/// The block is a ring, so a path counts only when it ends in the state where it began. A first Viterbi pass leaves the
/// beginning open; what it reaches in a state bounds every path that begins and ends there. When its best path closes,
/// that is the answer; else the states are tried one by one, best bound first, until no bound beats the best closed
/// path. At a usable SNR this takes one to three passes, in pure noise at most one for each state.
package struct TailBitingDecoder {
    private let code: ConvolutionalCode
    private let table: [Int]

    package init(_ code: ConvolutionalCode) {
        self.code = code
        table = code.outputTable()
    }

    /// The input bits whose code word fits `soft` best; positive values speak for 0, larger ones louder.
    ///
    /// Takes `outputs` values for each input bit; values of an incomplete last step are left out.
    package func decoded(_ soft: [Float]) -> [UInt8] {
        let steps = soft.count / max(code.outputs, 1)
        guard steps > 0 else { return [] }
        let branches = branchMetrics(soft, steps: steps)
        let open = forward(branches, steps: steps, from: [Float](repeating: 0, count: code.stateCount))
        let byBound = open.metrics.indices.sorted { (open.metrics[$0], $1) > (open.metrics[$1], $0) }
        var best: (metric: Float, bits: [UInt8]) = (-.infinity, [])
        for (rank, state) in byBound.enumerated() where open.metrics[state] > best.metric {
            if rank == 0 {
                let path = trace(open, steps: steps, to: state)
                if path.start == state { return path.bits }
            }
            var start = [Float](repeating: -.infinity, count: code.stateCount)
            start[state] = 0
            let closed = forward(branches, steps: steps, from: start)
            if closed.metrics[state] > best.metric || best.bits.isEmpty {
                best = (closed.metrics[state], trace(closed, steps: steps, to: state).bits)
            }
        }
        return best.bits
    }

    /// For each step the metric of every possible output, by its number.
    private func branchMetrics(_ soft: [Float], steps: Int) -> [Float] {
        let outputs = code.outputs
        let combinations = 1 << outputs
        var branches = [Float](repeating: 0, count: steps * combinations)
        for step in 0..<steps {
            for combination in 0..<combinations {
                var metric: Float = 0
                for output in 0..<outputs {
                    let value = soft[step * outputs + output]
                    metric += combination >> (outputs - 1 - output) & 1 == 0 ? value : -value
                }
                branches[step * combinations + combination] = metric
            }
        }
        return branches
    }

    private struct Pass {
        var metrics: [Float]
        /// For each step and state the low bit of the predecessor.
        var choices: [UInt8]
    }

    private func forward(_ branches: [Float], steps: Int, from start: [Float]) -> Pass {
        let states = code.stateCount
        let combinations = 1 << code.outputs
        let high = states >> 1
        var metrics = start
        var next = start
        var choices = [UInt8](repeating: 0, count: steps * states)
        branches.withUnsafeBufferPointer { branch in
            table.withUnsafeBufferPointer { outputs in
                choices.withUnsafeMutableBufferPointer { choice in
                    for step in 0..<steps {
                        let base = step * combinations
                        metrics.withUnsafeBufferPointer { old in
                            next.withUnsafeMutableBufferPointer { new in
                                for state in 0..<states {
                                    let input = state >= high ? states : 0
                                    let first = state << 1 & (states - 1)
                                    let one = old[first] + branch[base + outputs[input | first]]
                                    let two = old[first | 1] + branch[base + outputs[input | first | 1]]
                                    new[state] = max(one, two)
                                    choice[step * states + state] = two > one ? 1 : 0
                                }
                            }
                        }
                        swap(&metrics, &next)
                    }
                }
            }
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
