/// What a device still has after a carrier loss, besides what it was provisioned with (`spec/1 "Steps"`).
package struct DeviceNonVolatile: Hashable, Sendable {
    /// The counter that belongs to K.
    package var counter: UInt32
    /// The counter of each group key, in the order of the provisioned groups.
    package var groupCounters: [UInt32]
    /// What READ gives and WRITE changes.
    package var memory: [UInt8]
    /// Set by PERMANENT_DISABLE and never cleared.
    package var disabled: Bool

    package init(counter: UInt32 = 0, groupCounters: [UInt32] = [], memory: [UInt8] = [], disabled: Bool = false) {
        self.counter = counter
        self.groupCounters = groupCounters
        self.memory = memory
        self.disabled = disabled
    }
}
