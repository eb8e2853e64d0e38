package import AIoTBase
package import AIoTMac

/// Which R2D messages can concern a device at present, in a few octets.
///
/// An air that carries thousands of devices keeps one of these for each, so that a message for one device costs the
/// others a few compares and never touches them.
package struct DeviceAttention: Hashable, Sendable {
    /// The transaction of its round; 0xFF with none.
    private var transactionID: UInt8 = 0xFF
    /// 0 with none.
    package private(set) var asID: UInt8 = 0
    /// The trigger that it waits for; -1 with none.
    private var trigger: Int16 = -1
    /// The random ID that it may be addressed by; -1 with none.
    private var randomID: Int32 = -1
    /// A later trigger leaves it unresolved.
    package private(set) var isUnresolved = false
    /// Pagings of its transaction with this nonce1 are nothing to it any more.
    private var doneNonce1: Nonce?

    package init(of device: Device) {
        self.init(phase: device.phase, round: device.round, acknowledged: device.acknowledged)
    }

    /// From the parts that it depends on: to copy a whole device costs more.
    init(phase: Device.Phase, round: Device.Round?, acknowledged: Device.RoundName?) {
        guard let round else { return }
        transactionID = round.name.transactionID.value
        switch phase {
        case .idle: transactionID = 0xFF
        case .awaitingTrigger(let occasion, let paging):
            trigger = Int16(clamping: AccessOccasions(of: paging).trigger(of: occasion))
        case .awaitingRandomIDResponse(let id, _):
            randomID = Int32(id.value)
            isUnresolved = true
        case .inExchange(let exchange):
            asID = exchange.asID?.value ?? 0
            if let id = exchange.randomID, !exchange.isAcknowledged { randomID = Int32(id.value) }
            if exchange.isAcknowledged, acknowledged == round.name { doneNonce1 = round.name.nonce1 }
        }
    }

    /// The random ID that it may be addressed by.
    package var awaitedRandomID: RandomID? { UInt16(exactly: randomID).map(RandomID.init) }

    /// The trigger that it waits for.
    package var awaitedTrigger: UInt8? { UInt8(exactly: trigger) }

    /// Those whom an R2D message can concern.
    package struct Addressees: Sendable {
        package enum Kind: Sendable {
            /// All but those who are done under this nonce1.
            case everyone(nonce1: Nonce?)
            case trigger(Int16)
            case anyRandomID
            case randomID(Int32)
            case asIDs
        }

        package let kind: Kind
        /// The AS IDs that it names.
        package private(set) var listed: [UInt8] = []
        private let transactionID: UInt8
        /// One bit for each AS ID.
        private var asIDs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        package init(of message: R2DMessage) {
            transactionID = message.transactionID.value
            var ids: [UInt8] = []
            switch message {
            case .paging(let paging): kind = .everyone(nonce1: Device.nonce1(of: paging.sdu))
            case .accessTrigger(let trigger): kind = .trigger(Int16(trigger.index))
            case .randomIDResponse: kind = .anyRandomID
            case .upperLayerData(let data):
                kind = data.randomID.map { .randomID(Int32($0.value)) } ?? .asIDs
                ids = [data.asID.value]
            case .nackFeedback(let nack):
                switch nack.addressee {
                case .randomID(let id): kind = .randomID(Int32(id.value))
                case .asID(let id):
                    kind = .asIDs
                    ids = [id.value]
                }
            case .acknowledgement(let acknowledgement):
                kind = .asIDs
                ids = acknowledgement.asIDs.map(\.value)
            }
            listed = ids.filter { $0 != 0 }
            for id in listed { insert(id) }
        }

        private mutating func insert(_ id: UInt8) {
            let bit: UInt64 = 1 << UInt64(id & 63)
            switch id >> 6 {
            case 0: asIDs.0 |= bit
            case 1: asIDs.1 |= bit
            case 2: asIDs.2 |= bit
            default: asIDs.3 |= bit
            }
        }

        private func holds(_ id: UInt8) -> Bool {
            let word =
                switch id >> 6 {
                case 0: asIDs.0
                case 1: asIDs.1
                case 2: asIDs.2
                default: asIDs.3
                }
            return word >> UInt64(id & 63) & 1 == 1
        }

        /// Whether the message can change a device of this attention, or make it send. False positives are harmless.
        package func include(_ attention: DeviceAttention) -> Bool {
            if case .everyone(let nonce1) = kind {
                return attention.doneNonce1 == nil || attention.doneNonce1 != nonce1
                    || attention.transactionID != transactionID
            }
            guard attention.transactionID == transactionID else { return false }
            switch kind {
            case .everyone: return true
            case .trigger(let index): return attention.trigger == index || attention.isUnresolved
            case .anyRandomID: return attention.randomID >= 0
            case .randomID(let id): return attention.randomID == id
            case .asIDs: return holds(attention.asID)
            }
        }
    }
}
