package import USBTransport

/// The USB devices that we know, for the drivers and for the commands `devices` and `doctor`.
package enum BoxCatalogue {
    package static let models = [
        BoxModel(
            kind: .hackRF, vendorID: 0x1D50, productID: 0x6089, name: "HackRF One", transmits: true, receives: true,
            isFullDuplex: false),
        BoxModel(
            kind: .hackRF, vendorID: 0x1FC9, productID: 0x000C, name: "HackRF One in DFU mode", transmits: false,
            receives: false, isFullDuplex: false,
            remedy: "press its reset button; if it comes back like this, load its firmware with hackrf_one_usb.dfu"),
        BoxModel(
            kind: .pluto, vendorID: 0x0456, productID: 0xB673, name: "ADALM-Pluto", transmits: true, receives: true,
            isFullDuplex: true),
        BoxModel(
            kind: .pluto, vendorID: 0x0456, productID: 0xB674, name: "ADALM-Pluto in DFU mode", transmits: false,
            receives: false, isFullDuplex: false,
            remedy: "unplug it and plug it in again; if it comes back like this, load its firmware with pluto.dfu"),
        BoxModel(
            kind: .rtlSDR, vendorID: 0x0BDA, productID: 0x2838, name: "RTL-SDR (untested)", transmits: false,
            receives: true, isFullDuplex: false),
        BoxModel(
            kind: .rtlSDR, vendorID: 0x0BDA, productID: 0x2832, name: "RTL-SDR (untested)", transmits: false,
            receives: true, isFullDuplex: false),
    ]

    /// What `device` is, or nil where it is nothing that we know.
    package static func model(of device: USBDescription) -> BoxModel? {
        models.first { $0.vendorID == device.vendorID && $0.productID == device.productID }
    }

    /// The driver that takes `device` as it is, or nil.
    package static func kind(of device: USBDescription) -> BoxKind? {
        guard let model = model(of: device), model.remedy == nil else { return nil }
        return model.kind
    }
}
