import Synchronization
import Transceiver
import USBTransport

/// Tells when the box that the settings mean may have come, and when it has gone.
///
/// A serial number cannot be read before opening, so that any box of the kind counts as come.
final class BoxPresence: Sendable {
    private struct Place: Hashable {
        let bus: UInt8
        let address: UInt8
    }

    private struct State {
        var places: Set<Place> = []
        /// Where the box was opened last.
        var opened: Place?
        var watch: (any USBWatch)?
    }

    private let finder: BoxFinder
    private let state = Mutex(State())

    init(_ finder: BoxFinder) {
        self.finder = finder
    }

    /// The box that is meant is at this place.
    func opened(_ device: USBDescription) {
        state.withLock { $0.opened = Place(bus: device.bus, address: device.address) }
    }

    func watch(_ presence: @escaping @Sendable (Bool) -> Void) {
        unwatch()
        let watch = finder.bus.watch { [self] change in
            if let isThere = self.isThere(after: change) { presence(isThere) }
        }
        state.withLock { $0.watch = watch }
    }

    func unwatch() {
        let watch = state.withLock { state in
            state.places = []
            defer { state.watch = nil }
            return state.watch
        }
        watch?.cancel()
    }

    /// What `change` means to the box; nil: nothing.
    private func isThere(after change: USBChange) -> Bool? {
        switch change {
        case .arrived(let device):
            guard BoxCatalogue.kind(of: device) == finder.kind else { return nil }
            if case .address(let bus, let address) = finder.selection, bus != device.bus || address != device.address {
                return nil
            }
            state.withLock { _ = $0.places.insert(Place(bus: device.bus, address: device.address)) }
            return true
        case .left(let bus, let address):
            let place = Place(bus: bus, address: address)
            return state.withLock { state in
                guard state.places.remove(place) != nil else { return nil }
                guard place == state.opened || state.places.isEmpty else { return nil }
                if place == state.opened { state.opened = nil }
                return false
            }
        }
    }
}
