import CLibUSB

/// Thin wrappers around libusb 1.0, which is named nowhere else; an error is a `USBError.Kind`, nil is success.
///
/// Its blocking transfers are not here: a thread that waits in one of them may become the one that handles events.
enum LibUSB {
    typealias Context = OpaquePointer
    typealias Handle = OpaquePointer
    typealias RawTransfer = UnsafeMutablePointer<libusb_transfer>

    /// The kind of a code that libusb returns; codes that are not negative are success.
    static func kind(_ code: Int32) -> USBError.Kind? {
        guard code < 0 else { return nil }
        return switch libusb_error(rawValue: code) {
        case LIBUSB_ERROR_IO: .inputOutput
        case LIBUSB_ERROR_INVALID_PARAM: .invalidParameter
        case LIBUSB_ERROR_ACCESS: .noPermission
        case LIBUSB_ERROR_NO_DEVICE: .noDevice
        case LIBUSB_ERROR_NOT_FOUND: .notFound
        case LIBUSB_ERROR_BUSY: .busy
        case LIBUSB_ERROR_TIMEOUT: .timedOut
        case LIBUSB_ERROR_OVERFLOW: .overflow
        case LIBUSB_ERROR_PIPE: .stalled
        case LIBUSB_ERROR_INTERRUPTED: .interrupted
        case LIBUSB_ERROR_NO_MEM: .noMemory
        case LIBUSB_ERROR_NOT_SUPPORTED: .notSupported
        default: .other
        }
    }
}

// MARK: context and events

extension LibUSB {
    static func makeContext(_ context: inout Context?) -> USBError.Kind? { kind(libusb_init(&context)) }

    /// Nothing of `context` may be in use any more.
    static func exit(_ context: Context) { libusb_exit(context) }

    /// Waits for events, for up to a minute, and calls what they complete.
    static func handleEvents(_ context: Context) -> USBError.Kind? {
        var time = timeval(tv_sec: 60, tv_usec: 0)
        return kind(libusb_handle_events_timeout_completed(context, &time, nil))
    }

    /// Makes `handleEvents` return, now or when it is called next.
    static func interrupt(_ context: Context) { libusb_interrupt_event_handler(context) }

    /// Calls `loop` for the devices that are there, and then, while events are handled, for each that comes or goes.
    static func watch(_ context: Context, _ loop: USBEventLoop) -> USBError.Kind? {
        let events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
        return kind(
            libusb_hotplug_register_callback(
                context, Int32(events), Int32(LIBUSB_HOTPLUG_ENUMERATE.rawValue), LIBUSB_HOTPLUG_MATCH_ANY,
                LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
                { _, device, event, loop in
                    guard let device, let loop else { return 0 }
                    let change: USBChange
                    if event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT {
                        let (bus, address) = LibUSB.place(device)
                        change = .left(bus: bus, address: address)
                    } else {
                        guard let found = LibUSB.describe(device) else { return 0 }
                        change = .arrived(found.description)
                    }
                    Unmanaged<USBEventLoop>.fromOpaque(loop).takeUnretainedValue().changed(change)
                    return 0
                }, Unmanaged.passUnretained(loop).toOpaque(), nil))
    }
}

// MARK: devices

extension LibUSB {
    /// A device as its descriptors say, and the numbers of its strings, 0 where there is none.
    struct Found {
        var description: USBDescription
        var isHub: Bool
        var manufacturer: UInt8
        var product: UInt8
        var serial: UInt8
        var interfaces: [UInt8]
    }

    /// All devices, without asking any of them.
    static func devices(_ context: Context) -> [Found] {
        withDevices(context) { $0.compactMap(describe) }
    }

    /// Opens a device; blocks while the system gets at it.
    static func open(_ context: Context, bus: UInt8, address: UInt8) -> Result<(Handle, Found), USBError> {
        withDevices(context) { devices in
            guard let device = devices.first(where: { place($0) == (bus, address) }), let found = describe(device)
            else { return .failure(USBError(.noDevice, "opening bus \(bus) device \(address)")) }
            var handle: Handle?
            let failure = kind(libusb_open(device, &handle))
            guard let handle, failure == nil else {
                return .failure(USBError(failure ?? .other, "opening \(found.description.title)"))
            }
            return .success((handle, found))
        }
    }

    static func close(_ handle: Handle) { libusb_close(handle) }

    /// Takes the interface away from a driver of the kernel, which does not get it back before the next plugging (ours:
    /// giving it back would start the driver anew at each closing).
    static func claim(_ handle: Handle, _ interface: UInt8) -> USBError.Kind? {
        if libusb_kernel_driver_active(handle, Int32(interface)) == 1 {
            switch kind(libusb_detach_kernel_driver(handle, Int32(interface))) {
            case nil, .notFound, .notSupported: break
            case .some(let failure): return failure
            }
        }
        return kind(libusb_claim_interface(handle, Int32(interface)))
    }

    static func release(_ handle: Handle, _ interface: UInt8) { libusb_release_interface(handle, Int32(interface)) }

    static func clearHalt(_ handle: Handle, _ endpoint: UInt8) -> USBError.Kind? {
        kind(libusb_clear_halt(handle, endpoint))
    }

    static func reset(_ handle: Handle) -> USBError.Kind? { kind(libusb_reset_device(handle)) }

    private static func withDevices<Value>(_ context: Context, _ body: ([OpaquePointer]) -> Value) -> Value {
        var list: UnsafeMutablePointer<OpaquePointer?>?
        let count = libusb_get_device_list(context, &list)
        defer { if let list { libusb_free_device_list(list, 1) } }
        return body(UnsafeBufferPointer(start: list, count: list == nil ? 0 : max(0, count)).compactMap { $0 })
    }

    private static func place(_ device: OpaquePointer) -> (bus: UInt8, address: UInt8) {
        (libusb_get_bus_number(device), libusb_get_device_address(device))
    }

    /// From what the system has read already: no input or output.
    private static func describe(_ device: OpaquePointer) -> Found? {
        var own = libusb_device_descriptor()
        guard libusb_get_device_descriptor(device, &own) == 0 else { return nil }
        let (bus, address) = place(device)
        var found = Found(
            description: USBDescription(
                vendorID: own.idVendor, productID: own.idProduct, bus: bus, address: address, release: own.bcdDevice),
            isHub: own.bDeviceClass == LIBUSB_CLASS_HUB.rawValue,
            manufacturer: own.iManufacturer, product: own.iProduct, serial: own.iSerialNumber, interfaces: [])
        var configuration: UnsafeMutablePointer<libusb_config_descriptor>?
        guard libusb_get_config_descriptor(device, 0, &configuration) == 0, let configuration else { return found }
        defer { libusb_free_config_descriptor(configuration) }
        let interfaces = UnsafeBufferPointer(
            start: configuration.pointee.interface, count: Int(configuration.pointee.bNumInterfaces))
        for interface in interfaces {
            guard interface.num_altsetting > 0, let first = interface.altsetting?.pointee else { continue }
            let endpoints = UnsafeBufferPointer(start: first.endpoint, count: Int(first.bNumEndpoints))
            found.description.interfaces.append(
                .init(number: first.bInterfaceNumber, name: nil, endpoints: endpoints.map(\.bEndpointAddress)))
            found.interfaces.append(first.iInterface)
        }
        return found
    }
}

// MARK: transfers

extension LibUSB {
    enum TransferType: UInt8 {
        case control = 0
        case bulk = 2
    }

    static func makeTransfer() -> RawTransfer? { libusb_alloc_transfer(0) }

    /// It must not be in flight.
    static func free(_ transfer: RawTransfer) { libusb_free_transfer(transfer) }

    static func prepare(
        _ transfer: RawTransfer, _ handle: Handle, _ type: TransferType, endpoint: UInt8,
        _ octets: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int
    ) {
        transfer.pointee.dev_handle = handle
        transfer.pointee.flags = 0
        transfer.pointee.type = type.rawValue
        transfer.pointee.endpoint = endpoint
        transfer.pointee.timeout = UInt32(clamping: timeoutMilliseconds)
        transfer.pointee.buffer = octets.baseAddress?.assumingMemoryBound(to: UInt8.self)
        transfer.pointee.length = Int32(clamping: octets.count)
        transfer.pointee.actual_length = 0
    }

    /// Octets that were moved, without the setup of a control transfer.
    static func moved(_ transfer: RawTransfer) -> Int {
        max(0, Int(min(transfer.pointee.actual_length, transfer.pointee.length)))
    }

    /// Submits; when the transfer is back, `returned` of `owner` is called while events are handled.
    ///
    /// A transfer that is in flight holds a reference on its owner.
    static func submit(_ transfer: RawTransfer, for owner: USBTransfer) -> USBError.Kind? {
        let context = Unmanaged.passRetained(owner)
        transfer.pointee.user_data = context.toOpaque()
        transfer.pointee.callback = { transfer in
            guard let transfer, let owner = transfer.pointee.user_data else { return }
            Unmanaged<USBTransfer>.fromOpaque(owner).takeRetainedValue().returned()
        }
        let failure = kind(libusb_submit_transfer(transfer))
        if failure != nil { context.release() }
        return failure
    }

    /// Harmless where the transfer is about to come back.
    static func cancel(_ transfer: RawTransfer) { libusb_cancel_transfer(transfer) }

    static func outcome(_ transfer: RawTransfer) -> TransferOutcome {
        switch transfer.pointee.status {
        case LIBUSB_TRANSFER_COMPLETED: .moved
        case LIBUSB_TRANSFER_CANCELLED: .cancelled
        case LIBUSB_TRANSFER_ERROR: .failed(.inputOutput)
        case LIBUSB_TRANSFER_TIMED_OUT: .failed(.timedOut)
        case LIBUSB_TRANSFER_STALL: .failed(.stalled)
        case LIBUSB_TRANSFER_NO_DEVICE: .failed(.noDevice)
        case LIBUSB_TRANSFER_OVERFLOW: .failed(.overflow)
        default: .failed(.other)
        }
    }

    /// Memory that the system moves without a copy; nil where it has none to give.
    static func makeDeviceMemory(_ handle: Handle, _ length: Int) -> UnsafeMutableRawPointer? {
        libusb_dev_mem_alloc(handle, length).map { UnsafeMutableRawPointer($0) }
    }

    static func free(deviceMemory: UnsafeMutableRawBufferPointer, of handle: Handle) {
        guard let base = deviceMemory.baseAddress else { return }
        libusb_dev_mem_free(handle, base.assumingMemoryBound(to: UInt8.self), deviceMemory.count)
    }
}
