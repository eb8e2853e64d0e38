package import AIoTBase

/// What has to outlive a crash of the AIoTF; each replaces an earlier one of the same name.
package enum PersistentChange: Hashable, Sendable {
    case deviceCounter(deviceID: [UInt8], CounterState)
    case groupCounter(groupID: [UInt8], CounterState)
    /// The last correlation number given.
    case correlation(Int)
    /// An order was taken; it is open until `finished`.
    case orderOpened(id: UInt64, InventoryOrder)
    case request(StoredRequest)
    case session(StoredSession)
    /// Until the device's `result`, or the order's `finished`.
    case pending(orderID: UInt64, PendingDevice)
    /// The request and its sessions need to be remembered no more.
    case requestEnded(correlation: Int)
}

/// An Inventory Request that a reader has, or may still have; named by its correlation.
package struct StoredRequest: Hashable, Sendable {
    package var orderID: UInt64
    /// 0...65535.
    package var correlation: Int
    package var reader: ReaderIdentity
    package var nonce1: Nonce
    package var target: InventoryTarget
    /// The counter paged, where there is one.
    package var counter: UInt32?
    package var hasFollowOn: Bool

    package init(
        orderID: UInt64, correlation: Int, reader: ReaderIdentity, nonce1: Nonce, target: InventoryTarget,
        counter: UInt32?, hasFollowOn: Bool
    ) {
        self.orderID = orderID
        self.correlation = correlation
        self.reader = reader
        self.nonce1 = nonce1
        self.target = target
        self.counter = counter
        self.hasFollowOn = hasFollowOn
    }
}

/// A device's session under a request; named by correlation and RAN-AIOT-Device-NGAP-ID.
package struct StoredSession: Hashable, Sendable {
    package var correlation: Int
    package var ranDeviceNGAPID: UInt32
    package var deviceID: [UInt8]
    package var nonce1: Nonce
    package var nonce2: Nonce

    package init(correlation: Int, ranDeviceNGAPID: UInt32, deviceID: [UInt8], nonce1: Nonce, nonce2: Nonce) {
        self.correlation = correlation
        self.ranDeviceNGAPID = ranDeviceNGAPID
        self.deviceID = deviceID
        self.nonce1 = nonce1
        self.nonce2 = nonce2
    }
}

/// A device that is known to be there and whose command has no outcome yet; named by its order and device ID.
package struct PendingDevice: Hashable, Sendable {
    package var deviceID: [UInt8]
    package var authenticated: Bool
    /// The command may have reached the device: a WRITE does not leave again.
    package var commandHasLeft: Bool

    package init(deviceID: [UInt8], authenticated: Bool, commandHasLeft: Bool) {
        self.deviceID = deviceID
        self.authenticated = authenticated
        self.commandHasLeft = commandHasLeft
    }
}
