/// What a store gives back after a restart; counters come with the registry.
package struct StoredState: Sendable {
    /// The last one given; nil where there was none.
    package var lastCorrelation: Int?
    /// The orders that are open, by age, and the finished ones that a stored request belongs to.
    package var orders: [StoredOrder]
    package var requests: [StoredRequest]
    package var sessions: [StoredSession]

    package init(
        lastCorrelation: Int? = nil, orders: [StoredOrder] = [], requests: [StoredRequest] = [],
        sessions: [StoredSession] = []
    ) {
        self.lastCorrelation = lastCorrelation
        self.orders = orders
        self.requests = requests
        self.sessions = sessions
    }
}

/// An order with what was told of it.
package struct StoredOrder: Sendable {
    package var id: UInt64
    package var order: InventoryOrder
    /// Devices whose `result` was told.
    package var reported: Set<[UInt8]>
    package var pending: [PendingDevice]
    package var isFinished: Bool

    package init(
        id: UInt64, order: InventoryOrder, reported: Set<[UInt8]> = [], pending: [PendingDevice] = [],
        isFinished: Bool = false
    ) {
        self.id = id
        self.order = order
        self.reported = reported
        self.pending = pending
        self.isFinished = isFinished
    }
}
