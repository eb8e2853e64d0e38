/// A connection to a reader, as the AIoTF tells it from others.
package struct ReaderID: Hashable, Sendable {
    package var value: Int
    package init(_ value: Int) { self.value = value }
}

/// Something that happened, told to the AIoTF.
package enum AIoTFEvent: Sendable {
    case readerConnected(ReaderID)
    case readerDisconnected(ReaderID)
    /// NGAP octets, any.
    case received(ReaderID, [UInt8])
    /// `id` is the caller's, unlike any before it, also before a restart; results carry it.
    case inventoryOrdered(InventoryOrder, id: UInt64)
    /// What an order has open is released at the reader, and it ends with what was found; unknown ones are ignored.
    case orderCancelled(id: UInt64)
}

/// An order of the AIoTF to its shell, to be carried out in the order given.
///
/// `persist`, `result` and `finished` are durable before any `send` behind them leaves.
package enum AIoTFAction: Sendable {
    case send(ReaderID, [UInt8])
    case persist(PersistentChange)
    /// A device was found, told once in an order; it may come after the order's `finished`, out of a reader's spool.
    case result(orderID: UInt64, DeviceResult)
    /// The only action of an order that was refused.
    case finished(orderID: UInt64, InventorySummary)
    /// Nothing more is heard from or sent to this connection.
    case close(ReaderID, CloseReason)
}

/// Why the AIoTF closes a connection.
package enum CloseReason: Hashable, Sendable, CustomStringConvertible {
    case replaced
    /// By the reader with this name.
    case gnbIDInUse(by: String)
    case tooManyReaders(limit: Int)

    package var description: String {
        switch self {
        case .replaced:
            "the same reader has set up another connection: if there are two, give each a gNB ID and a name of its own"
        case .gnbIDInUse(let name):
            "its gNB ID is that of \(name), which is connected: give each reader a gNB ID of its own (`reader.gnb-id`)"
        case .tooManyReaders(let limit):
            "\(limit) readers are connected, which is the limit: disconnect one, or raise the limit"
        }
    }
}
