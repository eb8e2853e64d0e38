/// What a control transfer begins with (USB 2.0, 9.3); its length is that of the data.
package struct USBSetup: Hashable, Sendable {
    /// bmRequestType: bit 7 towards the host, bits 6-5 type (2 vendor), bits 4-0 recipient (0 device, 1 interface).
    package var requestType: UInt8
    package var request: UInt8
    package var value: UInt16
    package var index: UInt16

    package init(requestType: UInt8, request: UInt8, value: UInt16 = 0, index: UInt16 = 0) {
        self.requestType = requestType
        self.request = request
        self.value = value
        self.index = index
    }

    /// The setup packet for data of `length` octets.
    func octets(length: UInt16) -> [UInt8] {
        [requestType, request] + [value, index, length].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    /// For people: "control request 16".
    var title: String { "control request \(request)" }
}
