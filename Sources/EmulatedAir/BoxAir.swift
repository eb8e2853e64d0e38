import AIoTAir
package import AIoTDevice
package import AIoTMac
import Transceiver

/// Boxes and devices on one simulated air, in sample time: no thread, no clock, no input or output.
///
/// The air has a nominal clock of its own. A block of it goes in three steps: `transmit` gives each transmitting box's
/// next samples as the octets that its host sends, `advance` moves the air, `receive` takes what each receiving box gives
/// its host. Every box counts by its own crystal, so that its samples in a block are `sampleCount(box:next:)`. A box
/// without an error of its clock goes straight through; one with an error is interpolated and a sample late each way.
/// The devices hear the reader's transmitter alone and reflect what it sends; boxes add up. Nothing is allocated in a
/// block, but where a device answers.
package final class BoxAir {
    package let settings: BoxAirSettings
    /// Samples of the air so far.
    package private(set) var position: Int64 = 0
    private var air: SampleAir?
    private let lanes: [BoxLane]
    /// The block that `advance` made last.
    private var block = AirBlock(first: 0, count: 0)
    private let carrier = FloatBuffer(count: blockLimit)
    private let reflection = FloatBuffer(count: 2 * blockLimit)

    /// Samples in one block at most.
    package static let blockLimit = 16_384

    /// Own samples of any box in a block of `count` at most: for buffers.
    package static func ownLimit(_ count: Int) -> Int { count + count / 1_000 + 2 }

    package init(_ settings: BoxAirSettings) {
        self.settings = settings
        lanes = settings.boxes.enumerated().map { index, box in
            BoxLane(box, blockLimit: Self.blockLimit, seed: settings.seed &+ 1 &+ UInt64(index))
        }
        guard !settings.devices.isEmpty else { return }
        var conditions = SampleAirConditions()
        conditions.leakAmplitude = 1
        conditions.deviceToLeakDB = settings.deviceToLeakDB
        conditions.powerSpreadDB = settings.powerSpreadDB
        air = SampleAir(
            devices: settings.devices, conditions: conditions, profile: settings.profile,
            sampleRateHz: settings.sampleRateHz, seed: settings.seed)
    }

    /// The devices as they are now: what they keep and what they have been acknowledged.
    package var devices: [Device] { air?.devices ?? [] }

    /// Takes a device out of the field, or brings it back without a session.
    package func setPresent(_ isPresent: Bool, device index: Int) { air?.setPresent(isPresent, device: index) }

    /// Is told of each R2D message that the devices have taken in, and what they are then.
    package func setJournal(_ journal: ((R2DMessage, [Device]) -> Void)?) { air?.journal = journal }
}

// MARK: - A block

extension BoxAir {
    /// Own samples of a box in the next `count` samples of the air; 0 for a box that there is not.
    package func sampleCount(box: Int, next count: Int) -> Int {
        guard lanes.indices.contains(box) else { return 0 }
        let next = AirBlock(first: position, count: min(max(count, 0), Self.blockLimit))
        return Int(lanes[box].firstSample(at: next.end) - lanes[box].firstSample(at: next.first))
    }

    /// The number of the box's next sample, by its own clock from the start of the air.
    package func nextSample(box: Int) -> Int64 {
        lanes.indices.contains(box) ? lanes[box].firstSample(at: position) : 0
    }

    /// Gives the next samples of a box in its transmit format; may come in parts. What is missing when the air advances is
    /// silence, what is too much is lost.
    package func transmit(_ octets: UnsafeRawBufferPointer, box: Int) {
        guard lanes.indices.contains(box), lanes[box].box.transmits else { return }
        let lane = lanes[box]
        let rest = UnsafeMutableBufferPointer(rebasing: lane.ownBlock[(2 * lane.filled)...])
        lane.filled += lane.transmitConverter.convert(octets, into: rest)
    }

    /// Moves the air by `count` samples, at most `blockLimit`.
    package func advance(_ count: Int) {
        block = AirBlock(first: position, count: min(max(count, 0), Self.blockLimit))
        position = block.end
        for lane in lanes where lane.box.transmits { lane.transmit(block) }
        reflect()
        for (index, lane) in lanes.enumerated() where lane.box.receives { hear(lane, index) }
    }

    /// Writes what a box received in the block that `advance` made last, in its receive format.
    /// - Returns: samples written: as many as it has in the block, or fit.
    package func receive(_ octets: UnsafeMutableRawBufferPointer, box: Int) -> Int {
        guard lanes.indices.contains(box), lanes[box].box.receives else { return 0 }
        return lanes[box].receive(block, into: octets)
    }

    /// Makes of the reader's carrier what it is with the devices in front of it.
    private func reflect() {
        guard air != nil, lanes.indices.contains(settings.readerTransmitter) else { return }
        let lane = lanes[settings.readerTransmitter]
        let count = block.count
        let (carrier, reflection, onAir) = (carrier.values, reflection.values, lane.onAir.values)
        if lane.isSilent {
            carrier.update(repeating: 0)
        } else {
            for index in 0..<count {
                let (re, im) = (onAir[2 * index], onAir[2 * index + 1])
                carrier[index] = (re * re + im * im).squareRoot()
            }
        }
        air?.reflect(
            carrier: UnsafeBufferPointer(rebasing: carrier[..<count]),
            reflection: UnsafeMutableBufferPointer(rebasing: reflection[..<(2 * count)]))
        guard !lane.isSilent else { return }
        for index in 0..<count {
            let (re, im) = (onAir[2 * index], onAir[2 * index + 1])
            let (a, b) = (1 + reflection[2 * index], reflection[2 * index + 1])
            onAir[2 * index] = re * a - im * b
            onAir[2 * index + 1] = re * b + im * a
        }
    }

    /// Adds up what one box hears.
    private func hear(_ lane: BoxLane, _ box: Int) {
        let heard = lane.heardBlock
        // The last sample of the block before stands in front.
        lane.keepLast()
        heard[..<(2 * block.count)].update(repeating: 0)
        for (other, source) in lanes.enumerated() where source.box.transmits && !source.isSilent {
            let gain = coupling(from: other, to: box)
            guard gain != .zero else { continue }
            let offset = other == box ? 0 : source.box.frequencyOffsetHz - lane.box.frequencyOffsetHz
            let turns = offset / settings.sampleRateHz
            block.add(source.onAir.values, gain: gain, turnsPerSample: turns.isFinite ? turns : 0, to: heard)
        }
        lane.heardCount = block.count
    }

    private func coupling(from: Int, to: Int) -> AirGain {
        guard settings.couplings.indices.contains(from), settings.couplings[from].indices.contains(to) else {
            return .zero
        }
        return settings.couplings[from][to]
    }
}
