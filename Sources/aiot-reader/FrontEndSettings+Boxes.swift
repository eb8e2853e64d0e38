import Doctor
import SDR
import Transceiver

extension FrontEndSettings {
    /// The boxes that it needs; none for simulated devices.
    var wantedBoxes: [MachineFacts.WantedBox] {
        switch self {
        case .pluto(let settings): [.init(.pluto, settings.box.selection)]
        case .twoBox(let settings): settings.wantedBoxes
        default: []
        }
    }
}

extension TwoBoxSettings {
    fileprivate var wantedBoxes: [MachineFacts.WantedBox] {
        [
            .init(.hackRF, transmitter.selection),
            .init(receiverKind == .hackRF ? .hackRF : .rtlSDR, receiver.selection),
        ]
    }
}
