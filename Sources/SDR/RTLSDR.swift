import Synchronization
package import Transceiver
package import USBTransport

/// An RTL-SDR as the receiver of a two-box rig, through librtlsdr where that is installed.
///
/// **Untested**: no such receiver was there when this was written (`spec/6 "RTL-SDR"`).
package final class RTLSDR: Transceiver {
    /// An open device of the library.
    struct Opened: @unchecked Sendable {
        // Unchecked: the library takes calls for a device from any thread.
        let library: RTLSDRLibrary
        let device: RTLSDRLibrary.Device
    }

    struct State {
        var opened: Opened?
        var stream: RTLSDRStream?
        var serial: String?
    }

    private let settings: BoxSettings
    private let presence: BoxPresence
    private let load: @Sendable () -> RTLSDRLibrary?
    private let state = Mutex(State())

    package let capabilities: TransceiverCapabilities

    /// `bus` tells of its coming and going; the samples come through the library.
    package convenience init(bus: any USBBus, settings: BoxSettings) {
        self.init(bus: bus, settings: settings) { RTLSDRLibrary.load() }
    }

    init(bus: any USBBus, settings: BoxSettings, load: @escaping @Sendable () -> RTLSDRLibrary?) {
        self.settings = settings
        self.load = load
        presence = BoxPresence(BoxFinder(bus: bus, kind: .rtlSDR, selection: settings.selection))
        capabilities = TransceiverCapabilities(
            transmits: false, receives: true, sampleRateHz: settings.sampleRateHz, receiveFormat: .cu8,
            transmitFormat: .cu8, transmitBlockSamples: 0, transmitLatencySamples: 0, hasCommonClock: false)
    }

    package var name: String {
        let serial = state.withLock { $0.serial }
        return serial.map { "RTL-SDR \($0) (untested)" } ?? "RTL-SDR (untested)"
    }

    package let notes = ["it is untested, and its library does not tell of lost samples"]

    package func open() throws(TransceiverFailure) {
        close()
        guard let library = load() else {
            throw TransceiverFailure(
                .unsupported,
                "an RTL-SDR needs librtlsdr, which is not there: apt-get install librtlsdr0, or "
                    + "librtlsdr2")
        }
        let (index, serial) = try RTLSDRSetup.choose(settings.selection, by: library)
        var device: RTLSDRLibrary.Device?
        let result = library.open(&device, index)
        guard result == 0, let device else { throw RTLSDRSetup.failure(ofOpening: result) }
        let opened = Opened(library: library, device: device)
        do {
            try RTLSDRSetup.apply(settings, to: opened)
        } catch {
            _ = library.close(device)
            throw error
        }
        state.withLock { state in
            state.opened = opened
            state.serial = serial
        }
    }

    package func start(_ streams: TransceiverStreams) throws(TransceiverFailure) {
        let (opened, isStreaming) = state.withLock { ($0.opened, $0.stream != nil) }
        guard let opened else { throw TransceiverFailure(.failed, "\(name) is not open: open it first") }
        guard !isStreaming else { throw TransceiverFailure(.failed, "\(name) streams already: stop it first") }
        guard opened.library.resetBuffer(opened.device) == 0 else {
            throw TransceiverFailure(.failed, "\(name) does not begin to stream: open it again")
        }
        let stream = try RTLSDRStream(opened, streams)
        state.withLock { $0.stream = stream }
    }

    package func stop() {
        guard let stream = state.withLock({ $0.stream.take() }), !stream.end() else { return }
        // The library still reads from the device, and must not lose it meanwhile.
        state.withLock { $0.opened = nil }
    }

    /// The library has no USB reset: it is closed, and opened anew by who wants it again.
    package func reset() throws(TransceiverFailure) { close() }

    package func close() {
        stop()
        guard let opened = state.withLock({ $0.opened.take() }) else { return }
        _ = opened.library.close(opened.device)
    }

    package func watch(_ presence: @escaping @Sendable (Bool) -> Void) { self.presence.watch(presence) }

    package func unwatch() { presence.unwatch() }
}
