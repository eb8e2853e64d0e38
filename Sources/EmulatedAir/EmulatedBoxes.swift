package import AIoTBase
package import AIoTDevice
package import AIoTMac
import Transceiver

/// The boxes of a `BoxAir` as transceivers in memory, moved by one thread, with faults that tests plant.
///
/// While at least one box streams, the thread does the same for each block: it calls the hold, asks the streaming boxes for
/// samples in their order, moves the air, and gives the streaming boxes what they received in their order. So what happens
/// depends on the callbacks alone, and repeats itself where the boxes are started before the air moves: under `.stepped`, and
/// under `.free` with a hold. A box that does not stream sends nothing. A callback may not call `stop`.
package final class EmulatedBoxes: Sendable {
    let settings: EmulatedBoxesSettings
    let airSettings: BoxAirSettings
    let blockSamples: Int
    /// Held for one step of a block, never while a callback runs.
    let air: Monitor<BoxAir>
    let control: Monitor<Control>
    /// Of the thread that makes blocks.
    let streams: Monitor<[BoxStreams]>

    /// What hosts and tests have asked for.
    struct Control {
        var boxes: [BoxState]
        /// The thread is alive.
        var isRunning = false
        /// So many blocks are made though no box streams.
        var blocksLeft = 0
        /// The box with a callback under way.
        var calling: Int?
        /// In the order of their times.
        var planned: [(sample: Int64, box: Int, fault: PlannedFault)] = []
        var position: Int64 = 0
    }

    package init(_ airSettings: BoxAirSettings, _ settings: EmulatedBoxesSettings = EmulatedBoxesSettings()) {
        self.settings = settings
        self.airSettings = airSettings
        let blockSamples = min(max(settings.blockSamples, 1), BoxAir.blockLimit)
        self.blockSamples = blockSamples
        air = Monitor(BoxAir(airSettings))
        control = Monitor(Control(boxes: airSettings.boxes.map { _ in BoxState() }))
        streams = Monitor(
            airSettings.boxes.map {
                BoxStreams($0, latency: settings.transmitLatencySamples, blockSamples: blockSamples)
            })
    }

    /// One for each box, in order.
    package var transceivers: [MemoryTransceiver] {
        airSettings.boxes.enumerated().map { index, box in
            MemoryTransceiver(box, capabilities: capabilities(of: box), boxes: self, index: index)
        }
    }

    private func capabilities(of box: AirBox) -> TransceiverCapabilities {
        TransceiverCapabilities(
            transmits: box.transmits, receives: box.receives, sampleRateHz: airSettings.sampleRateHz,
            receiveFormat: box.receiveFormat, transmitFormat: box.transmitFormat,
            transmitBlockSamples: BoxAir.ownLimit(blockSamples),
            transmitLatencySamples: settings.transmitLatencySamples + BoxAir.ownLimit(blockSamples),
            hasCommonClock: true)
    }
}

// MARK: - For tests

extension EmulatedBoxes {
    /// The devices as they are now.
    package var devices: [Device] { air.withLock { $0.devices } }
    /// Samples of the air so far.
    package var position: Int64 { control.withLock { $0.position } }
    /// The air's own time: the clock of a front end whose air is not paced by the machine's.
    package var time: AirTime { AirTime.zero + AirDuration(seconds: Double(position) / airSettings.sampleRateHz) }

    package func counts(of box: Int) -> BoxCounts {
        control.withLock { $0.boxes.indices.contains(box) ? $0.boxes[box].counts : BoxCounts() }
    }

    /// Takes a device out of the field, or brings it back.
    package func setPresent(_ isPresent: Bool, device: Int) {
        air.withLock { $0.setPresent(isPresent, device: device) }
    }

    /// Is told on the thread of the air of each R2D message that the devices have taken in, and what they are then; must
    /// not ask the boxes anything.
    package func setJournal(_ journal: (@Sendable (R2DMessage, [Device]) -> Void)?) {
        air.withLock { $0.setJournal(journal) }
    }
}
