import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTLink
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import NGAP
import RadioFrontEnd
import ReaderService
import Testing

@testable import ReaderTrace

/// An AIoTF, a link, a spool, a reader and simulated devices in virtual time, all of them with delays, and a trace that is
/// told what the reader's loop would tell it.
struct TracedWorld {
    /// What a world is made of.
    struct Setting {
        var profile: UInt8 = 0x17
        var kind = PagingTargetKind.group
        var command: FollowOnCommand?
        var devices = 30
        var seed: UInt64 = 1
        var loss = 0.0
        var access: AccessMode?
        /// A simulated radio tells what came of a frame before it is over.
        var tellsAhead = true
        /// Of answers of the AIoTF that take longer than the budget.
        var slowShare = 0.0
        /// How long the second Command Request of a device is held up.
        var secondCommandDelay = AirDuration.zero
        /// The reader is told of shorter messages than come, so that these come in segments.
        var shrinksMessages = false
        var spoolMilliseconds: ClosedRange<Int64> = 1...5
        /// The AIoTF's CLOCK_MONOTONIC less the reader's.
        var clockOffset = AirDuration.zero
    }

    private enum Event {
        case toAIoTF([UInt8])
        case toReader([UInt8], told: AirTime)
        case outcome(UInt64, RadioOutcome, told: AirTime)
        case spooled(UInt64, told: AirTime)
        case tick
        case second
    }

    /// The reader's CLOCK_MONOTONIC when its sample clock began.
    static let clockOrigin = Int64(5_000_000_000)

    let setting: Setting
    private(set) var builder = TraceBuilder()
    private(set) var records: [ExchangeRecord] = []
    private(set) var turns: [AIoTFTurn] = []
    private(set) var opened = 0
    private(set) var acknowledged = 0
    private(set) var results = 0
    private var reader: AIoTReader.Reader
    private var aiotf: AIoTF
    private var radio: BurstRadio
    private var random: SeededGenerator
    private var now = AirTime.zero
    private var events: [(time: AirTime, event: Event)] = []
    private var pending: (id: UInt64, outcome: RadioOutcome)?
    private var lastArrival = AirTime.zero
    private var commands: [UInt32: Int] = [:]
    private var frames: UInt64 = 0

    init(_ setting: Setting) throws {
        self.setting = setting
        let configuration = SecurityConfiguration(
            profile: SecurityProfile(rawValue: setting.profile),
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2), counterWindow: 15)
        let population = Population(
            count: setting.devices, configuration: configuration, largestClockError: 0.02, seed: setting.seed)
        var conditions = BurstAirConditions()
        conditions.d2rLoss = setting.loss
        conditions.r2dLoss = setting.loss / 2
        radio = BurstRadio(
            air: BurstAir(
                devices: population.devices, conditions: conditions, profile: .oursV0, seed: setting.seed &+ 1),
            profile: .oursV0)
        var readerConfiguration = ReaderConfiguration()
        readerConfiguration.accessMode = setting.access
        reader = Reader(configuration: readerConfiguration)
        aiotf = AIoTF(registry: try Registry(of: population), generator: SeededGenerator(seed: setting.seed &+ 2))
        random = SeededGenerator(seed: setting.seed &+ 3)
        aiotf.handle(.readerConnected(ReaderID(1)), at: now)
        reader.handle(.linkUp(LinkID(0)), at: now)
        settle()
        let targets: [InventoryTarget] =
            setting.kind == .single
            ? population.provisioning.map { .device($0.deviceID) } : [.group(population.group.id)]
        run(until: AirTime(nanoseconds: 100_000_000))
        for (place, target) in targets.enumerated() {
            let order = InventoryOrder(target: target, command: setting.command)
            aiotf.handle(.inventoryOrdered(order, id: UInt64(place + 1)), at: now)
        }
        settle()
        schedule(.second, after: .milliseconds(1_000))
        run(until: AirTime(nanoseconds: 600_000_000_000))
        builder.finish()
        collect()
    }

    /// Up to `limit`, in nanoseconds.
    private mutating func delay(_ range: ClosedRange<Int64>) -> AirDuration {
        AirDuration(nanoseconds: Int64.random(in: range, using: &random))
    }

    private mutating func schedule(_ event: Event, after delay: AirDuration) {
        events.append((now + delay, event))
    }

    private mutating func run(until limit: AirTime) {
        while true {
            let due = events.indices.min { events[$0].time < events[$1].time }
            let deadlines = [due.map { events[$0].time }, reader.nextDeadline, aiotf.nextDeadline].compactMap { $0 }
            guard let next = deadlines.min(), next <= limit else { return }
            now = max(now, next)
            if let due, events[due].time <= now { take(events.remove(at: due).event) } else { take(.tick) }
        }
    }

    private mutating func take(_ event: Event) {
        endTransmission()
        switch event {
        case .toAIoTF(let octets): receive(octets)
        case .toReader(let octets, let told):
            see(.received(LinkID(0), octets, told: told))
            reader.handle(.receivedFromAIoTF(LinkID(0), octets), at: now)
        case .outcome(let id, let outcome, let told):
            see(.outcome(id: id, outcome, told: told))
            pending = (id, outcome)
            endTransmission()
            if pending != nil { schedule(.tick, after: outcome.end - now + delay(10_000...400_000)) }
        case .spooled(let relay, let told):
            see(.spooled(relay: relay, .success(1), told: told))
            reader.handle(.relayed(id: relay), at: now)
        case .tick: break
        case .second:
            builder.sweep(at: now)
            collect()
            if !events.isEmpty || aiotf.nextDeadline != nil { schedule(.second, after: .milliseconds(1_000)) }
        }
        reader.advance(to: now)
        aiotf.advance(to: now)
        settle()
    }

    private mutating func endTransmission() {
        guard let (id, outcome) = pending, outcome.end <= now else { return }
        pending = nil
        reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: now)
    }

    private mutating func see(_ sight: LoopSight) {
        builder.see(sight, at: now)
        collect()
    }

    private mutating func collect() {
        for var record in builder.take() {
            record.clockOrigin = Self.clockOrigin
            records.append(record)
        }
    }

    private mutating func settle() {
        var isBusy = true
        while isBusy {
            isBusy = false
            while let order = reader.nextOutput() {
                carryOut(order)
                isBusy = true
            }
            while let action = aiotf.nextAction() {
                carryOut(action, at: now)
                isBusy = true
            }
        }
    }

    private mutating func carryOut(_ order: ReaderOrder) {
        switch order {
        case .carrier(let isOn): radio.setCarrier(isOn: isOn, at: now)
        case .transmit(let transmission):
            see(.transmit(transmission))
            let start = setting.tellsAhead ? now : now + delay(500_000...3_000_000)
            let outcome = radio.perform(transmission, at: start)
            let told = setting.tellsAhead ? now + .microseconds(20) : outcome.end + delay(100_000...2_000_000)
            schedule(.outcome(transmission.id, outcome, told: told), after: told - now + delay(10_000...300_000))
        case .listen: reader.handle(.channelHeard(levelDBFS: nil), at: now)
        case .sendToAIoTF(let link, let octets):
            frames += 1
            see(.sent(link, octets, frame: frames))
            schedule(.toAIoTF(octets), after: delay(200_000...1_000_000))
        case .relay(let relay):
            frames += 1
            see(.relay(relay, frame: frames))
            schedule(.toAIoTF(relay.octets), after: delay(200_000...1_000_000))
            let range = setting.spoolMilliseconds
            let told = now + delay(range.lowerBound * 1_000_000...range.upperBound * 1_000_000)
            schedule(.spooled(relay.id, told: told), after: told - now + delay(10_000...300_000))
        case .notice(let notice):
            if case .exchange(_, _, .opened) = notice { opened += 1 }
            if case .exchange(_, _, .acknowledged) = notice { acknowledged += 1 }
            see(.notice(notice))
        }
    }
}

// MARK: - The AIoTF

extension TracedWorld {
    private mutating func receive(_ octets: [UInt8]) {
        aiotf.handle(.received(ReaderID(1), octets), at: now)
        let (session, device): (AIoTSessionName, UInt32?)
        switch try? NGAPPDU(decoding: octets) {
        case .inventoryReport(let report)?:
            (session, device) = (report.session, report.readers.first?.devices.first?.ranDeviceNGAPID)
        case .commandResponse(let response)?: (session, device) = (response.session, response.ranDeviceNGAPID)
        case .commandFailure(let failure)?: (session, device) = (failure.session, failure.ranDeviceNGAPID)
        default: return
        }
        guard let device else { return }
        let taken = now + delay(10_000...300_000)
        let decided = taken + delay(10_000...300_000)
        let leaves = decided + delay(100_000...2_000_000)
        var hasAnswered = false
        while let action = aiotf.nextAction() {
            if case .send(_, let pdu) = action, case .commandRequest? = try? NGAPPDU(decoding: pdu) {
                hasAnswered = true
            }
            carryOut(action, at: leaves)
        }
        let origin = Self.clockOrigin + setting.clockOffset.nanoseconds
        turns.append(
            AIoTFTurn(
                exchange: device, correlation: session.correlationIdentifier, arrived: now.nanoseconds + origin,
                taken: taken.nanoseconds + origin, decided: decided.nanoseconds + origin,
                sent: hasAnswered ? leaves.nanoseconds + origin : nil))
    }

    private mutating func carryOut(_ action: AIoTFAction, at leaves: AirTime) {
        switch action {
        case .send(_, let octets):
            let (octets, extra) = changed(octets)
            lastArrival = max(lastArrival, leaves + delay(200_000...1_000_000) + extra)
            schedule(.toReader(octets, told: lastArrival), after: lastArrival - now + delay(10_000...300_000))
        case .result: results += 1
        case .persist, .close, .finished: break
        }
    }

    /// A message to the reader as this setting wants it, and what it is held up by.
    private mutating func changed(_ octets: [UInt8]) -> ([UInt8], AirDuration) {
        switch try? NGAPPDU(decoding: octets) {
        case .inventoryRequest(var request)? where setting.shrinksMessages:
            request.assistance.expectedD2RMsgSize = 12
            return ((try? NGAPPDU.inventoryRequest(request).encoded()) ?? octets, .zero)
        case .commandRequest(var request)?:
            commands[request.ranDeviceNGAPID, default: 0] += 1
            if setting.shrinksMessages { request.expectedD2RMsgSize = 12 }
            let isSecond = commands[request.ranDeviceNGAPID] == 2
            let isSlow = Double.random(in: 0..<1, using: &random) < setting.slowShare
            let extra = isSecond ? setting.secondCommandDelay : isSlow ? .milliseconds(700) : .zero
            return ((try? NGAPPDU.commandRequest(request).encoded()) ?? octets, extra)
        default: return (octets, .zero)
        }
    }
}
