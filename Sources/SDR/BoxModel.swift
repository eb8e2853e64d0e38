/// A kind of box that a driver of this room works with.
package enum BoxKind: String, Hashable, Sendable, CaseIterable {
    case hackRF = "hackrf"
    case pluto
    case rtlSDR = "rtl-sdr"
}

/// A USB device that we know: what it is and what it can do (`spec/6`).
package struct BoxModel: Hashable, Sendable {
    package var kind: BoxKind
    package var vendorID: UInt16
    package var productID: UInt16
    /// For people: "HackRF One".
    package var name: String
    package var transmits: Bool
    package var receives: Bool
    /// Both at once.
    package var isFullDuplex: Bool
    /// What to do before a driver can use it; nil where it can be used as it is.
    package var remedy: String?
}
