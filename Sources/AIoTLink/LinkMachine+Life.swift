import AIoTBase
import NGAP

/// What a link that stands hears, and what it does when time passes.
extension LinkMachine {
    /// Octets of an AIOTFIdentifier that a record of the spool can hold (*ours*).
    private static let longestIdentifier = 255

    mutating func received(_ frame: [UInt8], at time: AirTime) {
        probes?.heard(at: time)
        switch phase {
        case .up where frame.isEmpty:
            if let number = probes?.answered() { order(.tell(.confirmed(upTo: number))) }
        case .up: order(.tell(.received(frame)))
        case .settingUp where !frame.isEmpty: setupAnswered(frame, at: time)
        default: break
        }
    }

    private mutating func setupAnswered(_ frame: [UInt8], at time: AirTime) {
        guard let endpoint = current?.endpoint else { return }
        switch try? NGAPPDU(decoding: frame) {
        case .ngSetupResponse(let response):
            guard let identifier = response.aiotfIdentifier else {
                return drop(
                    "\(name(endpoint)) sent no AIOTFIdentifier in its NG Setup Response: it is no AIoTF; check the address",
                    at: time)
            }
            guard identifier.count <= Self.longestIdentifier else {
                return drop(
                    "\(name(endpoint)) has an AIOTFIdentifier of \(identifier.count) octets, where "
                        + "\(Self.longestIdentifier) are the most: give it a shorter one",
                    at: time)
            }
            phase = .up(since: time)
            current?.deadline = nil
            if response.supportsProbes { probes = ProbeState(times: times, at: time) }
            planReturn(at: time)
            order(.tell(.up(aiotfIdentifier: identifier, probes: response.supportsProbes)))
            order(.tell(.received(frame)))
        case .ngSetupFailure(let failure):
            order(.tell(.received(frame)))
            drop(
                "\(name(endpoint)) refused the NG Setup (cause \(failure.cause)): its log names the reason; check the "
                    + "reader's PLMN, areas and gNB ID",
                at: time)
        default: order(.tell(.received(frame)))
        }
    }

    mutating func meetDeadlines(at time: AirTime) {
        if let deadline = challenger?.deadline, time >= deadline, let transport = challenger?.transport {
            order(.close(transport: transport, reason: "no answer in time"))
            challengerFailed(at: time)
        }
        switch phase {
        case .idle: break
        case .waiting(let until): if time >= until { open(endpoint: 0, at: time) }
        case .opening, .settingUp: meetAttemptDeadline(at: time)
        case .up:
            if challenger == nil, let nextReturn, time >= nextReturn {
                challenger = newAttempt(endpoint: 0, at: time)
            }
            probe(at: time)
        }
    }

    private mutating func meetAttemptDeadline(at time: AirTime) {
        guard let current, let deadline = current.deadline, time >= deadline else { return }
        let name = name(current.endpoint)
        drop(
            phase == .opening
                ? "\(name) did not answer within \(times.connect.wholeSeconds) s: check that the AIoTF runs there and "
                    + "that no firewall swallows the packets"
                : "\(name) did not answer the NG Setup Request within \(times.setup.wholeSeconds) s: its log names the "
                    + "reason",
            at: time)
    }

    private mutating func probe(at time: AirTime) {
        guard let current, let verdict = probes?.advance(to: time) else { return }
        switch verdict {
        case .alive: break
        case .sendProbe: order(.send(transport: current.transport, []))
        case .dead(let limit):
            drop(
                "\(name(current.endpoint)) did not answer a probe for \(limit.wholeSeconds) s: the AIoTF "
                    + "hangs, or packets are lost on the way",
                at: time)
        }
    }
}

extension AirDuration {
    fileprivate var wholeSeconds: Int64 { nanoseconds / 1_000_000_000 }
}
