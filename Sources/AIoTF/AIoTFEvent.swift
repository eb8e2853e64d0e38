package import AIoTBase
package import AIoTSecurity

/// A reader as the AIoTF tells it from others.
package struct ReaderID: Hashable, Sendable {
    package var value: Int
    package init(_ value: Int) { self.value = value }
}

/// Whom an inventory is for.
package enum InventoryTarget: Hashable, Sendable {
    case device([UInt8])
    case group([UInt8])
    case all

    var kind: PagingTargetKind {
        switch self {
        case .device: .single
        case .group: .group
        case .all: .all
        }
    }
}

/// What an application function asks for.
package struct InventoryOrder: Hashable, Sendable {
    package var target: InventoryTarget
    /// Carried out on every device that is found; needs profile bit 6.
    package var command: FollowOnCommand?

    package init(target: InventoryTarget, command: FollowOnCommand? = nil) {
        self.target = target
        self.command = command
    }
}

/// Something that happened, told to the AIoTF.
package enum AIoTFEvent: Sendable {
    case readerConnected(ReaderID)
    case readerDisconnected(ReaderID)
    /// NGAP octets, any.
    case received(ReaderID, [UInt8])
    /// `id` is the caller's; results carry it.
    case inventoryOrdered(InventoryOrder, id: UInt64)
}

/// An order of the AIoTF to its shell, to be carried out in the order given.
package enum AIoTFAction: Sendable {
    case send(ReaderID, [UInt8])
    /// To be durable before the next `send` leaves.
    case persist(PersistentChange)
    case result(orderID: UInt64, DeviceResult)
    case finished(orderID: UInt64, InventorySummary)
}

/// What has to outlive a crash of the AIoTF.
package enum PersistentChange: Hashable, Sendable {
    case deviceCounter(deviceID: [UInt8], CounterState)
    case groupCounter(groupID: [UInt8], CounterState)
    case session(deviceID: [UInt8], nonce1: Nonce, nonce2: Nonce)
}

/// A device that an inventory has found.
package struct DeviceResult: Hashable, Sendable {
    package enum CommandOutcome: Hashable, Sendable {
        case response(FollowOnResponse)
        /// The device did not answer, or what came did not verify.
        case failed
    }

    package var deviceID: [UInt8]
    /// ARES, or a MAC under k_AIoT_ses, has verified.
    package var authenticated: Bool
    /// Nil where no command was ordered.
    package var command: CommandOutcome?

    package init(deviceID: [UInt8], authenticated: Bool, command: CommandOutcome? = nil) {
        self.deviceID = deviceID
        self.authenticated = authenticated
        self.command = command
    }
}

/// How an order ended.
package struct InventorySummary: Hashable, Sendable {
    package var found: Int
    /// Devices that were asked for by name or group and not found.
    package var missing: [[UInt8]]
    /// Inventory Requests sent.
    package var requests: Int
    /// Nil where the order was carried out.
    package var refusal: RegistryError?
}

/// Why an answer was not taken; counted.
package enum RejectReason: String, CaseIterable, Hashable, Sendable {
    case undecodableNGAP
    case unexpectedNGAP
    case undecodableNAS
    /// Flags that the profile does not predict.
    case unexpectedFlags
    /// No device's key fits: a wrong key, or not one of those asked for.
    case unauthenticated
    /// The same nonce1 and nonce2 came before.
    case repeated
    /// A returned counter where none may be taken.
    case counterNotTaken
    /// An ID report or command response that does not verify.
    case unverified
    /// A Command Response for a device that has no session.
    case unknownSession
    /// A Command Response after the end of its session.
    case unexpectedNAS
    case tooManySessions
    /// It came when nothing could be sent for it any more.
    case late
    /// The reader could not take what was sent.
    case errorIndication
    /// A PDU could not be made: a fault of ours.
    case unencodable
}
