package import AIoTBase
package import AIoTMac
package import AIoTPhy
package import AIoTRelay

/// One of the links that a reader has, each to an AIoTF of its own; its place in the configuration.
package struct LinkID: Hashable, Sendable {
    package var value: Int
    package init(_ value: Int) { self.value = value }
}

/// Something that happened, told to the reader core.
package enum ReaderEvent: Sendable {
    /// The link is connected; NG Setup comes next, and ends what was open over the connection before.
    case linkUp(LinkID)
    case linkDown(LinkID)
    /// As `linkDown`, and its AIoTF does not come back: what is open over the link ends.
    case linkClosed(LinkID)
    /// The AIoTF does not read as fast as it is written to, or does again.
    case linkCongested(LinkID, Bool)
    /// An NGAP PDU, any octets.
    case receivedFromAIoTF(LinkID, [UInt8])
    /// What `ReaderOrder.relay` ordered is durable: its device may be acknowledged.
    case relayed(id: UInt64)
    /// It is not, and will not be: its device must not be acknowledged.
    case notRelayed(id: UInt64)
    /// The R2D frame `id` is on the air, and all D2R windows that it opened are over: one report for each expected
    /// burst, in order.
    case transmissionEnded(id: UInt64, reports: [OccasionReport])
    /// The carrier was interrupted: every device has lost its session.
    case carrierLost
    /// The radio has gone (unplugged, failed), its carrier with it, or is there again; it is taken to be there at first.
    case radioChanged(isUsable: Bool)
    /// What the receiver heard while the carrier was off; nil: it could not listen. Answers `ReaderOrder.listen`.
    case channelHeard(levelDBFS: Double?)
    /// The operator wants no new inventories for now (or does again): those that are open go on to their end.
    case draining(Bool)
    /// The operator ends the service: exchanges in flight come to their end, nothing new begins.
    case stopping
}

/// An order of the reader core to its shell.
package enum ReaderOrder: Sendable {
    /// Carrier on, or off: off ends every device's session.
    case carrier(isOn: Bool)
    case transmit(R2DTransmission)
    /// Measure the channel for so long, the carrier being off; `ReaderEvent.channelHeard` answers it.
    case listen(AirDuration)
    /// An encoded NGAP PDU that belongs to the moment: where the link is down it is dropped.
    case sendToAIoTF(LinkID, [UInt8])
    /// An encoded NGAP PDU that stays valid when the link is down (`spec/3` "What may wait and what may not").
    case relay(Relay)
    /// For people and counters; nothing depends on it.
    case notice(ReaderNotice)
}

/// The message after which a device is acknowledged, or the end of an inventory: sent at once where the link is up, and
/// spooled for the AIoTF that it is for. `ReaderEvent.relayed` answers it.
package struct Relay: Hashable, Sendable {
    /// Counts relays since the start.
    package var id: UInt64
    package var link: LinkID
    package var aiotfIdentifier: [UInt8]
    package var octets: [UInt8]
}

/// One R2D frame and what it makes devices send.
package struct R2DTransmission: Hashable, Sendable {
    /// Counts transmissions since the start.
    package var id: UInt64
    package var message: R2DMessage
    /// The message as octets, without length and CRC.
    package var octets: [UInt8]
    /// M.
    package var chipsPerSymbol: Int
    /// What may come after it; empty when nothing is due.
    package var windows: AirSchedule.Windows
    /// RAN-AIOT-Device-NGAP-IDs of the exchanges that it is for; empty for what is for all devices.
    package var exchanges: [UInt32]

    package init(
        id: UInt64, message: R2DMessage, octets: [UInt8], chipsPerSymbol: Int, windows: AirSchedule.Windows,
        exchanges: [UInt32] = []
    ) {
        self.id = id
        self.message = message
        self.octets = octets
        self.chipsPerSymbol = chipsPerSymbol
        self.windows = windows
        self.exchanges = exchanges
    }

    /// Where bursts may come.
    package var expected: [ExpectedBurst] { windows.bursts }
}

/// Something worth showing.
package enum ReaderNotice: Hashable, Sendable {
    case roundStarted(TransactionID, round: Int, q: Int, acknowledged: Int)
    case deviceAcknowledged(TransactionID, count: Int)
    case inventoryComplete(TransactionID, acknowledged: Int, rounds: Int)
    /// Ended before it was complete.
    case inventoryEnded(TransactionID, acknowledged: Int, reason: EndReason)
    /// A step of one exchange, named by its RAN-AIOT-Device-NGAP-ID.
    case exchange(TransactionID, device: UInt32, ExchangeStep)
    /// A peer's fault or a late answer; counted in `ReaderCounters` too.
    case dropped(DropReason)
    /// The air is not to be used, though somebody wants to: told once for each wait.
    case airClosed(AirPause)
    /// It is used again after such a wait, or nobody wants to use it any more.
    case airOpen(waited: AirDuration)
}

/// Why the carrier stays off though it is wanted.
package enum AirPause: Hashable, Sendable {
    /// `AirLimits.longestCarrier` or `shortestPause`, until then.
    case rest(until: AirTime)
    /// `AirLimits.dutyCycles`, until then.
    case dutyCycle(until: AirTime)
    /// Listening before talking has heard somebody else, dB below full scale; it is listened again and again.
    case channelBusy(levelDBFS: Double)
    /// The radio cannot listen, and must.
    case cannotListen
}

extension AirPause: CustomStringConvertible {
    /// Cause and remedy, for people.
    package var description: String {
        switch self {
        case .rest: "it has been on for as long as limits.longest-carrier-ms or the region allow"
        case .dutyCycle: "limits.duty-cycle or the region allow no more in this window: ask for fewer inventories"
        case .channelBusy(let level):
            "the channel is busy (\(Int(level.rounded(.up))) dBFS): wait, take another channel, or raise "
                + "limits.listen-before-talk.threshold-dbfs where what is heard is only noise"
        case .cannotListen:
            "the front end cannot listen before it talks: take limits.listen-before-talk away, where the rules "
                + "allow that, or take another front end"
        }
    }
}

/// What happened in an exchange, in this order but for what repeats.
package enum ExchangeStep: Hashable, Sendable {
    /// A device has an AS ID; its access response is due, or in direct access there already.
    case opened(ASID)
    /// Its NAS PDU is complete and goes to the AIoTF; after the last one the device is acknowledged.
    case reported(isLast: Bool)
    /// The AIoTF's Command Request was in time and goes on the air.
    case commanded
    /// Its last message is durable.
    case relayed
    /// It is acknowledged with the next Acknowledgement.
    case acknowledged
    /// It was given up.
    case closed(Exchange.CloseReason)
}

/// Why an inventory ended before it was complete.
package enum EndReason: String, Hashable, Sendable {
    /// The AIoTF wants no more of it.
    case released
    /// The link to its AIoTF was down for too long, or began anew.
    case linkLost
    case carrierLost
    /// The radio was away in the middle of it, or for too long.
    case radioLost
    /// The limits of the air wanted a pause, or left no time (`AirLimits`).
    case airtime
    case stopped
}

/// Why something that arrived was not acted on.
package enum DropReason: String, CaseIterable, Hashable, Sendable {
    /// An NGAP PDU that does not decode, or holds what this reader cannot take.
    case undecodableNGAP
    /// An NGAP message that does not fit the state of the link.
    case unexpectedNGAP
    /// A Command Request after its exchange had ended: it must never reach the air.
    case lateCommand
    /// A Command Request for a device that this reader never reported.
    case unknownDevice
    /// A burst with a right CRC that is no MAC message, or not the one that is due.
    case undecodableMAC
    /// Of two equal random IDs of one round neither is answered.
    case equalRandomIDs
    /// No AS ID was left for a device: it comes again at the next paging.
    case noASIDLeft
    /// A device's last message could not be spooled: it is not acknowledged and comes again.
    case notRelayed
    /// An order of the core could not be encoded: a fault of ours.
    case unencodable
}
