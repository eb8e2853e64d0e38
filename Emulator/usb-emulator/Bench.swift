import EmulatedAir
import Foundation
import Synchronization

/// Boxes on a bus and on an air: what clients, commands and the clock do to them, under one lock.
final class Bench: TestBedEvents {
    struct State {
        var slots: [BoxSlot] = []
        var bed: TestBed?
        /// Samples of the air so far.
        var position: Int64 = 0
        /// Samples by which the air fell behind the clock, as the machine was busy.
        var slippedSamples: Int64 = 0
        /// Times that the air stood still for a host that was late.
        var waits = 0
    }

    let state = Mutex(State())

    /// Makes the boxes and plugs them in.
    /// - Returns: what they are on the air.
    func start(_ bed: TestBed, _ boxes: [PlannedBox]) throws -> [AirBox] {
        try state.withLock { state in
            state.bed = bed
            state.slots = boxes.map { BoxSlot($0.box(bed)) }
            for index in state.slots.indices { try state.plug(index) }
            return state.slots.map(\.airBox)
        }
    }

    // MARK: - What clients do

    func submitted(_ transfer: HostTransfer, address: Int) {
        state.withLock { state in
            guard let bed = state.bed else { return }
            guard let index = state.slot(at: address) else { return bed.complete(transfer.urb, status: -ESHUTDOWN) }
            state.slots[index].isOpen = true
            guard transfer.endpoint == 0 else {
                state.slots[index].box.counts.transfers += 1
                return state.slots[index].box.submitted(transfer)
            }
            let delay = state.slots[index].controlDelay
            guard delay > .zero else { return state.answer(transfer, index) }
            state.slots[index].delayed.append((.now + delay, transfer))
        }
    }

    func cancelled(_ urb: UInt64, address: Int) {
        state.withLock { state in
            guard let index = state.slot(at: address) else { return }
            state.slots[index].box.cancelled(urb)
            state.slots[index].delayed.removeAll { $0.transfer.urb == urb }
        }
    }

    func cleared(endpoint: UInt8, address: Int) {
        state.withLock { state in
            if let index = state.slot(at: address) { state.slots[index].box.setHalted(endpoint, false) }
        }
    }

    func closed(address: Int) {
        state.withLock { state in
            if let index = state.slot(at: address) { state.slots[index].isOpen = false }
        }
    }

    func reset(address: Int) {
        state.withLock { state in
            guard let index = state.slot(at: address) else { return }
            state.slots[index].box.reset()
            state.slots[index].box.counts.resets += 1
        }
    }
}

extension Bench.State {
    func slot(at address: Int) -> Int? { slots.firstIndex { $0.address == address } }

    mutating func plug(_ index: Int) throws(CommandFailure) {
        guard slots[index].address == nil else { throw CommandFailure("box \(index) is plugged in already") }
        guard let address = bed?.plug(slots[index].box.identity, port: index + 1) else {
            throw CommandFailure("box \(index) cannot be made: is there room in the folder for temporary files?")
        }
        slots[index].address = address
        slots[index].replug = nil
    }

    mutating func unplug(_ index: Int) throws(CommandFailure) {
        guard let address = slots[index].address else { throw CommandFailure("box \(index) is not plugged in") }
        slots[index].address = nil
        slots[index].delayed = []
        slots[index].box.reset()
        bed?.unplug(address)
    }

    /// Answers a control transfer.
    mutating func answer(_ transfer: HostTransfer, _ index: Int) {
        guard let bed, let request = ControlRequest(transfer.octets) else { return }
        let box = slots[index].box
        box.counts.controlRequests += 1
        switch slots[index].refusesControl ? .stall : box.control(request) {
        case .data(let octets) where request.type & 0x80 != 0:
            bed.complete(transfer.urb, octets: Array(octets.prefix(transfer.length)))
        case .data: bed.completeOut(transfer.urb, length: transfer.length)
        case .stall:
            box.counts.stalls += 1
            bed.complete(transfer.urb, status: -EPIPE)
        }
        if box.wantsToRestart {
            box.wantsToRestart = false
            slots[index].replug = .now + .milliseconds(300)
        }
    }

    /// A box that starts gives all others the trigger.
    mutating func trigger() {
        for index in slots.indices {
            let isStreaming = slots[index].isStreaming
            if isStreaming, !slots[index].wasStreaming {
                for other in slots.indices where other != index { slots[other].box.trigger() }
            }
            slots[index].wasStreaming = isStreaming
        }
    }

    /// What is due by the clock, apart from samples.
    mutating func settle(_ now: ContinuousClock.Instant) {
        for index in slots.indices {
            slots[index].box.settle(now)
            while let first = slots[index].delayed.first, first.due <= now {
                slots[index].delayed.removeFirst()
                answer(first.transfer, index)
            }
            guard let replug = slots[index].replug else { continue }
            // It goes at once, and comes back when it is due.
            if slots[index].isPluggedIn { try? unplug(index) }
            if replug <= now { try? plug(index) }
        }
    }
}

/// Why a command cannot be carried out.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
