import Transceiver

/// Faults.
extension EmulatedBoxes {
    /// Does `fault` to a box: at once, or before the block in which the air reaches `sample`.
    package func plant(_ fault: PlannedFault, box: Int, atSample sample: Int64? = nil) {
        guard airSettings.boxes.indices.contains(box) else { return }
        guard let sample else { return befall(box, fault) }
        control.withLock {
            let place = $0.planned.firstIndex { $0.sample > sample } ?? $0.planned.endIndex
            $0.planned.insert((sample, box, fault), at: place)
        }
    }

    /// What is due before the next block.
    func befallPlanned() {
        while true {
            let due = control.withLock { control -> (box: Int, fault: PlannedFault)? in
                guard let first = control.planned.first, first.sample < control.position + Int64(blockSamples) else {
                    return nil
                }
                control.planned.removeFirst()
                return (first.box, first.fault)
            }
            guard let due else { return }
            befall(due.box, due.fault)
        }
    }

    private func befall(_ box: Int, _ fault: PlannedFault) {
        let told = control.withLock { $0.boxes[box].befall(fault) }
        switch fault {
        case .unplug: told?(false)
        case .replug: told?(true)
        default: break
        }
    }
}

extension BoxState {
    /// - Returns: who is to be told of a change of presence.
    mutating func befall(_ fault: PlannedFault) -> (@Sendable (Bool) -> Void)? {
        switch fault {
        case .silence: isSilent = true
        case .speech: isSilent = false
        case .receiveGap(let samples, let isTold):
            gap += max(samples, 0)
            if isTold { troubles.append(.receiveGap(samples: Int64(samples))) }
        case .transmitUnderrun(let samples, let isTold):
            underrun += max(samples, 0)
            if isTold { troubles.append(.transmitUnderrun) }
        case .failure(let failure): fail(failure)
        case .unplug:
            guard isPresent else { return nil }
            isPresent = false
            isOpen = false
            fail(TransceiverFailure(.absent, "the emulated box was unplugged: plant .replug"))
            return presence
        case .replug:
            guard !isPresent else { return nil }
            isPresent = true
            return presence
        case .deny: isDenied = true
        case .allow: isDenied = false
        case .failingOpens(let count): failingOpens = max(count, 0)
        }
        return nil
    }

    private mutating func fail(_ failure: TransceiverFailure) {
        isSilent = false
        troubles.append(.failed(failure))
    }
}
