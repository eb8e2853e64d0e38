package import AIoTBase
import AIoTLink
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTRelay
import NGAP
import RadioFrontEnd
package import ReaderService

/// Makes records of exchanges out of what the loop tells; a value that is told the time.
package struct TraceBuilder: Sendable {
    /// Exchanges that are followed at once (*ours*); the oldest gives way, and is counted.
    package static let openLimit = 1_024
    /// An acknowledged device may still get commands: its record waits so long for one (*ours*).
    static let grace = AirDuration.milliseconds(1_000)
    /// Relays whose confirmation is waited for.
    private static let sentLimit = 1_024

    private struct SentRelay: Sendable {
        var link: LinkID
        var frame: UInt64
        var device: UInt32
        var time: AirTime
    }

    private struct OnAir: Sendable {
        var id: UInt64
        var exchanges: [UInt32]
    }

    /// Exchanges that were not followed to their end.
    package private(set) var droppedExchanges = 0
    private var open: [UInt32: ExchangeTimeline] = [:]
    private var records: [ExchangeRecord] = []
    private var modes: [TransactionID: AccessMode] = [:]
    private var onAir: OnAir?
    /// Bursts with which devices may have come, by random ID, since the last paging.
    private var bursts: [RandomID: HeardBurst] = [:]
    /// The random IDs of the last frame, which the loop may not have taken up yet.
    private var untaken: (ids: [RandomID], end: AirTime)?
    /// Access responses of direct access: they are told before their exchange is.
    private var early: [UInt32: RandomID] = [:]
    private var correlations: [UInt32: Int] = [:]
    /// Exchanges whose last message the spool has not answered for, by relay.
    private var relays: [UInt64: UInt32] = [:]
    private var sent: [SentRelay] = []
    /// Command Requests that came for devices that are not followed any more.
    private var lateCommands: [UInt32: AirTime] = [:]

    package init() {}

    /// Exchanges that are followed at the moment.
    package var openExchanges: Int { open.count }

    package var hasRecords: Bool { !records.isEmpty }

    /// The records that are complete.
    package mutating func take() -> [ExchangeRecord] {
        defer { records.removeAll() }
        return records
    }

    package mutating func see(_ sight: LoopSight, at now: AirTime) {
        takeUp(at: now)
        switch sight {
        case .transmit(let transmission): ordered(transmission, at: now)
        case .outcome(let id, let outcome, let told): self.told(id, outcome, told: told, at: now)
        case .notice(.exchange(let inventory, let device, let step)): take(step, of: device, inventory, at: now)
        case .received(_, let octets, let told): received(octets, told: told, at: now)
        case .sent(_, let octets, _): sent(octets, at: now)
        case .relay(let relay, let frame): ordered(relay, frame: frame, at: now)
        case .spooled(let relay, _, let told):
            if let device = relays.removeValue(forKey: relay) { open[device]?.spooled(told: told, at: now) }
        case .link(let link, .confirmed(let frame), let told): confirmed(link, upTo: frame, told: told)
        case .link(let link, .down, _): sent.removeAll { $0.link == link }
        case .pulse: sweep(at: now)
        default: break
        }
    }

    /// Gives the records of what has come to its end, also where a command could still come.
    package mutating func finish() { emit { $0.settled != nil } }
}

// MARK: - The air

extension TraceBuilder {
    /// A simulated radio tells ahead of time: the loop takes a frame up once it is over.
    private mutating func takeUp(at now: AirTime) {
        guard let (ids, end) = untaken, end <= now else { return }
        untaken = nil
        for id in ids { bursts[id]?.taken = now }
    }

    private mutating func ordered(_ transmission: R2DTransmission, at now: AirTime) {
        onAir = OnAir(id: transmission.id, exchanges: transmission.exchanges)
        var isAcknowledgement = false
        switch transmission.message {
        case .paging(let paging):
            modes[paging.transactionID] = paging.access
            bursts.removeAll(keepingCapacity: true)
            // One that tells a device to send opens its exchange, which was told before.
            for device in transmission.exchanges { open[device]?.access = paging.access }
        case .randomIDResponse(let response):
            for (entry, device) in zip(response.entries, transmission.exchanges) { begin(device, with: entry.randomID) }
        case .upperLayerData(let data):
            if let randomID = data.randomID, let device = transmission.exchanges.first { begin(device, with: randomID) }
        case .acknowledgement: isAcknowledgement = true
        case .accessTrigger, .nackFeedback: break
        }
        for device in transmission.exchanges {
            open[device]?.ordered(transmission.id, isAcknowledgement: isAcknowledgement, at: now)
        }
    }

    private mutating func begin(_ device: UInt32, with randomID: RandomID) {
        guard open[device]?.hasNotBegun == true, let burst = bursts[randomID] else { return }
        open[device]?.begin(with: burst)
    }

    private mutating func told(_ id: UInt64, _ outcome: RadioOutcome, told: AirTime, at now: AirTime) {
        let frame = outcome.frames.first { $0.isR2D }
        let heard = outcome.frames.filter { !$0.isR2D }
        noteBursts(heard, outcome.end, told: told, at: now)
        guard let current = onAir, current.id == id else { return }
        onAir = nil
        for (place, device) in current.exchanges.enumerated() {
            var burst: (AirTime, AirTime)?
            if place < outcome.reports.count, let report = outcome.reports[place].bursts.first,
                let heard = heard.first(where: { $0.octets == report.octets })
            {
                burst = (heard.start, heard.start + heard.duration)
            }
            open[device]?.told(
                ToldFrame(
                    id: id, start: frame?.start ?? now, end: frame.map { $0.start + $0.duration } ?? outcome.end,
                    burst: burst, hasWindow: place < outcome.reports.count, windowsEnd: outcome.end, told: told))
        }
    }

    private mutating func noteBursts(_ frames: [AirFrame], _ end: AirTime, told: AirTime, at now: AirTime) {
        var ids: [RandomID] = []
        for frame in frames {
            guard case .d2r(_, _, .some, let isMsg1) = frame.direction, let id = Self.randomID(frame.octets, isMsg1)
            else { continue }
            ids.append(id)
            let over = frame.start + frame.duration
            bursts[id] = HeardBurst(
                start: frame.start, end: over, windowsEnd: max(over, end), told: told, taken: max(now, end))
        }
        untaken = end > now && !ids.isEmpty ? (ids, end) : nil
    }

    /// That of Msg1, or in direct access the first octets of nonce2 (`spec/1`).
    private static func randomID(_ octets: [UInt8], _ isMsg1: Bool) -> RandomID? {
        switch try? D2RMessage(decoding: octets, isMsg1OfCBRA: isMsg1) {
        case .accessRandomID(let id)?: id
        case .upperLayerData(let data)?: randomID(ofAccessResponse: data.sdu)
        case nil: nil
        }
    }

    private static func randomID(ofAccessResponse pdu: [UInt8]) -> RandomID? {
        pdu.count >= 4 ? RandomID(UInt16(pdu[2]) << 8 | UInt16(pdu[3])) : nil
    }
}

// MARK: - Steps

extension TraceBuilder {
    private mutating func take(_ step: ExchangeStep, of device: UInt32, _ inventory: TransactionID, at now: AirTime) {
        switch step {
        case .opened: opened(device, inventory, at: now)
        case .reported(let isLast): open[device]?.reported(isLast: isLast, at: now)
        case .commanded:
            if let told = lateCommands.removeValue(forKey: device) {
                let mode = modes[inventory] ?? .cbra
                follow(ExchangeTimeline(continuing: device, inventory: inventory, access: mode, told: told, at: now))
            } else {
                open[device]?.commanded()
            }
        case .relayed: break
        case .acknowledged: open[device]?.acknowledged(at: now)
        case .closed(let reason):
            guard let timeline = open.removeValue(forKey: device) else { break }
            put(timeline.record(closed: (reason, now)))
        }
    }

    private mutating func opened(_ device: UInt32, _ inventory: TransactionID, at now: AirTime) {
        let burst = early.removeValue(forKey: device).flatMap { bursts[$0] }
        follow(
            ExchangeTimeline(
                device: device, inventory: inventory, access: modes[inventory] ?? .cbra, burst: burst, at: now))
    }

    private mutating func follow(_ timeline: ExchangeTimeline) {
        if open.count >= Self.openLimit, let oldest = open.values.min(by: { $0.opened < $1.opened }) {
            open[oldest.device] = nil
            droppedExchanges += 1
        }
        var timeline = timeline
        timeline.correlation = correlations.removeValue(forKey: timeline.device)
        open[timeline.device] = timeline
    }

    /// An exchange that is through stays until no command is to be expected any more.
    mutating func sweep(at now: AirTime) {
        emit { timeline in timeline.settled.map { $0 + Self.grace <= now } ?? false }
        early.removeAll()
        correlations.removeAll()
        lateCommands.removeAll()
    }

    private mutating func emit(_ isDue: (ExchangeTimeline) -> Bool) {
        for timeline in open.values.filter(isDue).sorted(by: { $0.opened < $1.opened }) {
            open[timeline.device] = nil
            put(timeline.record())
        }
    }

    private mutating func put(_ record: ExchangeRecord) {
        if !record.stages.isEmpty { records.append(record) }
    }
}

// MARK: - The AIoTF

extension TraceBuilder {
    private mutating func received(_ octets: [UInt8], told: AirTime, at now: AirTime) {
        guard octets.count > 1, octets[0] == Kind.initiating, let request = Self.command(octets) else { return }
        let device = request.device
        guard open[device] != nil else {
            guard lateCommands.count < Self.openLimit else { return }
            lateCommands[device] = request.hasEmptyNASPDU ? nil : told
            correlations[device] = request.correlation
            return
        }
        open[device]?.correlation = request.correlation
        open[device]?.received(told: told, isEmpty: request.hasEmptyNASPDU, at: now)
    }

    /// Of what is not kept only access responses of direct access and failures of commands matter.
    private mutating func sent(_ octets: [UInt8], at now: AirTime) {
        guard octets.count > 1 else { return }
        if octets[0] == Kind.unsuccessful, let failure = Self.command(octets) {
            open[failure.device]?.commandFailed(at: now)
        } else if octets[1] == Procedure.report, modes.values.contains(.direct) {
            note(inventoryReport: octets)
        }
    }

    /// Takes in an Inventory Report.
    /// - Returns: the exchange that it is of.
    @discardableResult
    private mutating func note(inventoryReport octets: [UInt8]) -> UInt32? {
        guard case .inventoryReport(let report)? = try? NGAPPDU(decoding: octets) else { return nil }
        for device in report.readers.flatMap(\.devices) {
            guard let id = device.ranDeviceNGAPID else { continue }
            if open[id] == nil {
                early[id] = Self.randomID(ofAccessResponse: device.nasPDU)
                correlations[id] = report.session.correlationIdentifier
            } else {
                open[id]?.correlation = report.session.correlationIdentifier
            }
            return id
        }
        return nil
    }

    private mutating func ordered(_ relay: Relay, frame: UInt64?, at now: AirTime) {
        var device: UInt32?
        if let response = Self.command(relay.octets) {
            device = response.device
            open[response.device]?.correlation = response.correlation
        } else if relay.octets.count > 1, relay.octets[1] == Procedure.report {
            device = note(inventoryReport: relay.octets)
        }
        guard let device else { return }
        relays[relay.id] = device
        guard let frame, sent.count < Self.sentLimit else { return }
        sent.append(SentRelay(link: relay.link, frame: frame, device: device, time: now))
    }

    private mutating func confirmed(_ link: LinkID, upTo frame: UInt64, told: AirTime) {
        guard !sent.isEmpty else { return }
        for relay in sent where relay.link == link && relay.frame <= frame {
            open[relay.device]?.confirmed(sent: relay.time, told: told)
        }
        sent.removeAll { $0.link == link && $0.frame <= frame }
    }

    /// What a message of the procedure Command Request is about; nil where the octets are another message.
    static func command(_ octets: [UInt8]) -> CommandGlance? {
        guard octets.count > 1, octets[1] == Procedure.command else { return nil }
        return CommandGlance(octets) ?? (try? NGAPPDU(decoding: octets)).flatMap(CommandGlance.init)
    }

    /// The first octet of an NGAP PDU, and the second.
    private enum Kind {
        static let initiating: UInt8 = 0x00
        static let unsuccessful: UInt8 = 0x40
    }

    private enum Procedure {
        static let report: UInt8 = 83
        static let command: UInt8 = 84
    }
}
