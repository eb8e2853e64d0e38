import Glibc
import Transceiver

/// The functions of librtlsdr that the driver calls, as its header declares them; negative results are errors of libusb.
struct RTLSDRLibrary: @unchecked Sendable {
    // Unchecked: functions of C have no state of their own here, and the library may be called from any thread.
    typealias Device = OpaquePointer
    typealias Sink = @convention(c) (UnsafeMutablePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?) -> Void

    var deviceCount: () -> UInt32
    /// Manufacturer, product and serial number, each with room for 256 octets.
    var strings:
        (UInt32, UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> Int32
    var open: (UnsafeMutablePointer<Device?>, UInt32) -> Int32
    var close: (Device) -> Int32
    var setSampleRate: (Device, UInt32) -> Int32
    var setFrequency: (Device, UInt32) -> Int32
    var setGainMode: (Device, Int32) -> Int32
    /// In tenths of a dB; with nil it gives their number.
    var gains: (Device, UnsafeMutablePointer<Int32>?) -> Int32
    var setGain: (Device, Int32) -> Int32
    var setBiasTee: (Device, Int32) -> Int32
    var resetBuffer: (Device) -> Int32
    /// Blocks until `cancel`; device, sink, its context, transfers, octets of each.
    var readAsync: (Device, Sink, UnsafeMutableRawPointer?, UInt32, UInt32) -> Int32
    var cancel: (Device) -> Int32

    /// Releases 0 and 2 have these functions alike.
    static let files = ["librtlsdr.so.0", "librtlsdr.so.2"]

    /// Loads the first of `files` that is there, which stays loaded; nil where none is, or a function of it is not.
    static func load(_ files: [String] = files) -> Self? {
        typealias OneNumber = @convention(c) (Device, UInt32) -> Int32
        typealias OneSigned = @convention(c) (Device, Int32) -> Int32
        typealias Plain = @convention(c) (Device) -> Int32
        typealias Text = UnsafeMutablePointer<CChar>
        guard let library = files.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else { return nil }
        func find<Function>(_ name: String, as type: Function.Type) -> Function? {
            dlsym(library, "rtlsdr_\(name)").map { unsafeBitCast($0, to: type) }
        }
        guard let count = find("get_device_count", as: (@convention(c) () -> UInt32).self),
            let strings = find("get_device_usb_strings", as: (@convention(c) (UInt32, Text, Text, Text) -> Int32).self),
            let open = find("open", as: (@convention(c) (UnsafeMutablePointer<Device?>, UInt32) -> Int32).self),
            let close = find("close", as: Plain.self),
            let setSampleRate = find("set_sample_rate", as: OneNumber.self),
            let setFrequency = find("set_center_freq", as: OneNumber.self),
            let setGainMode = find("set_tuner_gain_mode", as: OneSigned.self),
            let gains = find(
                "get_tuner_gains", as: (@convention(c) (Device, UnsafeMutablePointer<Int32>?) -> Int32).self),
            let setGain = find("set_tuner_gain", as: OneSigned.self),
            let setBiasTee = find("set_bias_tee", as: OneSigned.self),
            let resetBuffer = find("reset_buffer", as: Plain.self),
            let readAsync = find(
                "read_async",
                as: (@convention(c) (Device, Sink, UnsafeMutableRawPointer?, UInt32, UInt32) -> Int32).self),
            let cancel = find("cancel_async", as: Plain.self)
        else {
            dlclose(library)
            return nil
        }
        return Self(
            deviceCount: { count() }, strings: { strings($0, $1, $2, $3) }, open: { open($0, $1) },
            close: { close($0) },
            setSampleRate: { setSampleRate($0, $1) }, setFrequency: { setFrequency($0, $1) },
            setGainMode: { setGainMode($0, $1) }, gains: { gains($0, $1) }, setGain: { setGain($0, $1) },
            setBiasTee: { setBiasTee($0, $1) }, resetBuffer: { resetBuffer($0) },
            readAsync: { readAsync($0, $1, $2, $3, $4) }, cancel: { cancel($0) })
    }
}
