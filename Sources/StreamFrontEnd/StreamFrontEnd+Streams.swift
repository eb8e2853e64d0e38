import RadioFrontEnd
import Synchronization
import Transceiver

/// What the transceivers call, on threads of their own.
extension StreamFrontEnd {
    func streams(session: Int, receives: Bool, transmits: Bool) -> TransceiverStreams {
        TransceiverStreams(
            receive: { [self] octets, firstSample in
                guard receives else { return }
                received.add(1, ordering: .relaxed)
                queue.put(octets, firstSample: firstSample)
            },
            transmit: { [self] octets, firstSample in
                guard transmits else { return }
                transmitted.add(1, ordering: .relaxed)
                air.withLock { $0.timeline.render(into: octets, firstSample: firstSample) }
            },
            trouble: { [self] in trouble($0, session: session) })
    }

    private func trouble(_ trouble: StreamTrouble, session: Int) {
        switch trouble {
        case .receiveGap(let samples):
            queue.markLoss(samples: samples)
        case .transmitUnderrun:
            let isLost = air.withLock { air in
                defer { Self.abandon(&air) }
                air.counters.transmitUnderruns += 1
                air.timeline.interrupt()
                air.needsSounding = true
                return air.timeline.isCarrierOn || air.transmission != nil
            }
            mailbox.put(.stream(.lost("the transmitter ran out of samples"), session: session))
            if isLost { mailbox.put(.tell(.carrierLost)) }
        case .failed(let failure):
            mailbox.put(.stream(.failed(failure), session: session))
        }
    }
}
