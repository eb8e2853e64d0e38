import AIoTBase
import RadioFrontEnd
import StreamFrontEnd
import Transceiver

/// Boxes as a supervisor sees them, in virtual time.
struct SupervisedBoxes {
    var supervisor = RadioSupervisor()
    private(set) var now = AirTime.zero
    /// What tests change.
    private(set) var isThere: [Bool]
    var isDenied = false
    var opens = true
    var starts = true
    var resets = true
    var receives = true
    var transmits = true
    var hears = true
    /// What the supervisor has made of them.
    private(set) var isOpen = false
    private(set) var isStreaming = false
    private(set) var orders: [(order: RadioSupervisor.Order, time: AirTime)] = []
    private(set) var states: [(state: RadioState, time: AirTime)] = []
    /// Set when an order makes no sense in the state of the boxes.
    private(set) var conflict: String?

    init(boxes: Int = 1) {
        isThere = [Bool](repeating: true, count: boxes)
        for box in 0..<boxes { supervisor.handle(.presence(box: box, isThere: true), at: now) }
    }

    var state: RadioState { supervisor.status.state }
    var why: String { supervisor.status.why }

    mutating func setPresence(_ isThere: Bool, box: Int = 0) {
        self.isThere[box] = isThere
        supervisor.handle(.presence(box: box, isThere: isThere), at: now)
    }

    /// Lets time pass, as the supervising thread does.
    mutating func run(milliseconds: Int) {
        for _ in 0..<milliseconds / 50 {
            now += .milliseconds(50)
            let flows = isStreaming && !isThere.contains(false)
            if flows, receives { supervisor.handle(.received, at: now) }
            if flows, transmits { supervisor.handle(.transmitted, at: now) }
            if flows, receives, transmits, hears { supervisor.handle(.hears(true), at: now) }
            supervisor.advance(to: now)
            note()
            while let order = supervisor.nextOrder() {
                if supervisor.nextOrder() != nil { conflict = "two orders at once" }
                carryOut(order)
            }
        }
    }

    private mutating func carryOut(_ order: RadioSupervisor.Order) {
        orders.append((order, now))
        now += .milliseconds(3)
        supervisor.handle(.finished(perform(order)), at: now)
        note()
    }

    private mutating func note() {
        if states.last?.state != state { states.append((state, now)) }
    }

    private mutating func perform(_ order: RadioSupervisor.Order) -> TransceiverFailure? {
        switch order {
        case .open:
            if isOpen { conflict = "opened twice" }
            if isThere.contains(false) { return TransceiverFailure(.absent, "no box") }
            if isDenied { return TransceiverFailure(.denied, "no permission") }
            guard opens else { return TransceiverFailure(.failed, "does not open") }
            isOpen = true
        case .start:
            if !isOpen || isStreaming { conflict = "started while \(isOpen ? "streaming" : "closed")" }
            if isThere.contains(false) { return TransceiverFailure(.absent, "no box") }
            guard starts else { return TransceiverFailure(.failed, "does not start") }
            isStreaming = true
        case .stop: isStreaming = false
        case .reset:
            if isStreaming { conflict = "reset while streaming" }
            isOpen = false
            return resets ? nil : TransceiverFailure(.failed, "does not reset")
        case .close:
            if isStreaming { conflict = "closed while streaming" }
            isOpen = false
        }
        return nil
    }
}
