/// The 16-bit random ID that a device draws for one round (`spec/2 "D2R MAC messages"`).
package struct RandomID: Hashable, Sendable {
    package var value: UInt16
    package init(_ value: UInt16) { self.value = value }
}

/// The 8-bit AS ID under which the reader addresses a device; 0 is reserved.
package struct ASID: Hashable, Sendable {
    package var value: UInt8
    package init(_ value: UInt8) { self.value = value }

    /// The reserved value: no device.
    package static let none = ASID(0)
}

/// The 4-bit transaction ID that names an inventory on the air; higher bits of the argument are cut.
package struct TransactionID: Hashable, Sendable {
    package let value: UInt8
    package init(_ value: UInt8) { self.value = value & 0x0F }
}
