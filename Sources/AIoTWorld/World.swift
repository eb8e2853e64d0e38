package import AIoTBase
package import AIoTF
package import AIoTReader
package import RadioFrontEnd

/// A whole system on one machine in virtual time: AIoTF, link, reader, radio and devices.
///
/// Time jumps from one thing that happens to the next, so an inventory of thousands of devices takes as long as its
/// computations do, and the same seeds give the same octets.
package struct World {
    /// What happens in the world, for whoever watches.
    package enum Happening: Sendable {
        case frame(AirFrame)
        case ngap(isToAIoTF: Bool, [UInt8], AirTime)
        case notice(ReaderNotice, AirTime)
        case carrier(isOn: Bool, AirTime)
        case result(DeviceResult, AirTime)
        case finished(InventorySummary, AirTime)
    }

    /// An NGAP PDU on its way.
    private struct Passage {
        var arrival: AirTime
        var isToAIoTF: Bool
        var octets: [UInt8]
    }

    package private(set) var reader: Reader
    package private(set) var aiotf: AIoTF
    package var radio: any LoopbackRadio
    package private(set) var now = AirTime.zero
    /// The simulated round trip to the AIoTF; a change is for what is sent from then on.
    package var coreRoundTrip: AirDuration
    private let readerID = ReaderID(1)
    private let link = LinkID(0)

    private var passages: [Passage] = []
    private var firstPassage = 0
    private var transmitting: (id: UInt64, outcome: RadioOutcome)?
    /// When the channel has been listened to for long enough.
    private var listeningEnd: AirTime?
    private var orders: UInt64 = 0
    private var watch: (Happening) -> Void

    /// A test's way to lose the carrier: asked after each frame on the air.
    package var dropsCarrierAfter: ((AirFrame) -> Bool)?
    /// What the receiver hears while the carrier is off, dB below full scale; nil: it cannot listen.
    package var hears: (AirTime) -> Double? = { _ in Interference.noiseDBFS }

    package init(
        reader: Reader, aiotf: AIoTF, radio: any LoopbackRadio, coreRoundTrip: AirDuration = .zero,
        watch: @escaping (Happening) -> Void = { _ in }
    ) {
        self.reader = reader
        self.aiotf = aiotf
        self.radio = radio
        self.coreRoundTrip = coreRoundTrip
        self.watch = watch
    }

    /// Connects the reader to the AIoTF.
    package mutating func start() {
        aiotf.handle(.readerConnected(readerID), at: now)
        reader.handle(.linkUp(link), at: now)
        settle()
    }

    /// Lets the AIoTF take an order.
    /// - Returns: the ID under which its results come.
    @discardableResult
    package mutating func order(_ order: InventoryOrder) -> UInt64 {
        orders += 1
        aiotf.handle(.inventoryOrdered(order, id: orders), at: now)
        settle()
        return orders
    }

    /// Runs until nothing is left to happen, or until `limit`.
    /// - Returns: whether everything came to its end.
    package mutating func run(until limit: AirTime) -> Bool {
        while let next = nextInstant {
            guard next <= limit else { return false }
            step(to: max(now, next))
        }
        return true
    }

    /// Switches the carrier off and on again: every device forgets its session.
    package mutating func loseCarrier() {
        radio.setCarrier(isOn: false, at: now)
        now += .milliseconds(10)
        radio.setCarrier(isOn: true, at: now)
        transmitting = nil
        reader.handle(.carrierLost, at: now)
        settle()
    }

    private var oneWayDelay: AirDuration { AirDuration(nanoseconds: coreRoundTrip.nanoseconds / 2) }

    /// When something happens next; nil when nothing will.
    private var nextInstant: AirTime? {
        var instants: [AirTime] = []
        if let transmitting { instants.append(transmitting.outcome.end) }
        if let listeningEnd { instants.append(listeningEnd) }
        if firstPassage < passages.count { instants.append(passages[firstPassage].arrival) }
        if let deadline = reader.nextDeadline { instants.append(deadline) }
        // A guard timer of the AIoTF matters only while it waits for something.
        if let deadline = aiotf.nextDeadline { instants.append(deadline) }
        return instants.min()
    }

    private mutating func step(to instant: AirTime) {
        now = instant
        if let ended = transmitting, ended.outcome.end <= now {
            transmitting = nil
            finish(ended.outcome, id: ended.id)
        }
        if let end = listeningEnd, end <= now {
            listeningEnd = nil
            reader.handle(.channelHeard(levelDBFS: hears(now)), at: now)
        }
        while firstPassage < passages.count, passages[firstPassage].arrival <= now {
            let passage = passages[firstPassage]
            firstPassage += 1
            deliver(passage)
        }
        if firstPassage == passages.count {
            passages.removeAll(keepingCapacity: true)
            firstPassage = 0
        }
        reader.advance(to: now)
        aiotf.advance(to: now)
        settle()
    }

    private mutating func finish(_ outcome: RadioOutcome, id: UInt64) {
        for frame in outcome.frames {
            watch(.frame(frame))
            if let dropsCarrierAfter, dropsCarrierAfter(frame) {
                loseCarrier()
                return
            }
        }
        reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: now)
    }

    private mutating func deliver(_ passage: Passage) {
        watch(.ngap(isToAIoTF: passage.isToAIoTF, passage.octets, now))
        if passage.isToAIoTF {
            aiotf.handle(.received(readerID, passage.octets), at: now)
        } else {
            reader.handle(.receivedFromAIoTF(link, passage.octets), at: now)
        }
    }

    /// Carries out what both sides want done, until neither wants anything more.
    private mutating func settle() {
        var isBusy = true
        while isBusy {
            isBusy = false
            while let order = reader.nextOutput() {
                carryOut(order)
                isBusy = true
            }
            while let action = aiotf.nextAction() {
                carryOut(action)
                isBusy = true
            }
        }
    }

    private mutating func carryOut(_ order: ReaderOrder) {
        switch order {
        case .carrier(let isOn):
            radio.setCarrier(isOn: isOn, at: now)
            watch(.carrier(isOn: isOn, now))
        case .transmit(let transmission):
            radio.idle(until: now)
            transmitting = (transmission.id, radio.perform(transmission, at: now))
        case .listen(let duration):
            listeningEnd = now + duration
        case .sendToAIoTF(_, let octets):
            passages.append(Passage(arrival: now + oneWayDelay, isToAIoTF: true, octets: octets))
        case .relay(let relay):
            // A link that loses nothing delivers what it takes.
            passages.append(Passage(arrival: now + oneWayDelay, isToAIoTF: true, octets: relay.octets))
            reader.handle(.relayed(id: relay.id), at: now)
        case .notice(let notice):
            watch(.notice(notice, now))
        }
    }

    private mutating func carryOut(_ action: AIoTFAction) {
        switch action {
        case .send(_, let octets):
            passages.append(Passage(arrival: now + oneWayDelay, isToAIoTF: false, octets: octets))
        case .persist, .close:
            break  // This AIoTF lives as long as its process, and has one reader.
        case .result(_, let result):
            watch(.result(result, now))
        case .finished(_, let summary):
            watch(.finished(summary, now))
        }
    }
}
