import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTRelay
import Metrics
import RadioFrontEnd
import Synchronization

extension ReaderMetrics {
    func see(_ transmission: R2DTransmission) {
        let type = transmission.message.name
        instruments.r2d.increment(type, "sent")
        let burst = Instruments.d2rTypes[transmission.windows.isMsg1OfCBRA ? 0 : 1]
        state.withLock { $0.transmission = (transmission.id, type, burst) }
    }

    func see(_ outcome: RadioOutcome, of id: UInt64) {
        guard let transmission = state.withLock({ $0.transmission }), transmission.id == id else { return }
        instruments.r2d.increment(transmission.type, outcome.frames.contains(where: \.isR2D) ? "heard" : "not_heard")
        for report in outcome.reports {
            switch report {
            case .idle: instruments.d2r.increment(transmission.burst, "absent")
            case .undecodable: instruments.d2r.increment(transmission.burst, "undecodable")
            case .decoded, .collision:
                for burst in report.bursts {
                    instruments.d2r.increment(transmission.burst, "decoded")
                    instruments.snr.record(burst.measurement.snrDB)
                    instruments.clockError.record(burst.measurement.clockError * 1e6)
                }
            }
        }
    }

    func see(_ notice: ReaderNotice, at now: AirTime) {
        switch notice {
        case .roundStarted: break
        case .deviceAcknowledged(_, let count): instruments.acknowledged.increment(by: count)
        case .airClosed, .airOpen: break
        case .inventoryComplete: instruments.inventories.increment("complete")
        case .inventoryEnded(_, _, let reason): instruments.inventories.increment(reason.rawValue)
        case .exchange(_, let device, let step): see(step, of: device, at: now)
        case .dropped(let reason):
            instruments.dropped.increment(reason.rawValue)
            if reason == .lateCommand { instruments.late.increment() }
        }
    }

    private func see(_ step: ExchangeStep, of device: UInt32, at now: AirTime) {
        switch step {
        case .opened: instruments.opened.increment()
        case .reported(isLast: false):
            state.withLock { state in
                if state.reported.count >= Self.mostOutstanding { state.reported = [:] }
                state.reported[device] = now
            }
        case .commanded:
            if let time = state.withLock({ $0.reported.removeValue(forKey: device) }) {
                instruments.answer.recordNanoseconds((now - time).nanoseconds)
            }
        case .closed(let reason):
            state.withLock { _ = $0.reported.removeValue(forKey: device) }
            instruments.closed.increment("\(reason)")
        case .reported, .relayed, .acknowledged: break
        }
    }
}
