package import AIoTSecurity

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
    /// Inventory Requests sent, by this run of the AIoTF.
    package var requests: Int
    /// Nil where the order was carried out.
    package var refusal: RegistryError?
    /// Readers that have not completed a request, while devices may be missing for it.
    package var failures: [ReaderFailure] = []
}

/// A reader that has not completed a request of an order, and why.
package struct ReaderFailure: Hashable, Sendable {
    package var gnbID: UInt32
    package var name: String?
    package var cause: String

    package init(gnbID: UInt32, name: String?, cause: String) {
        self.gnbID = gnbID
        self.name = name
        self.cause = cause
    }
}
