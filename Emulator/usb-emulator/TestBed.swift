import CUMockdev

/// The USB bus that clients see, through `mockdev.h`.
final class TestBed: @unchecked Sendable {
    // The pointer is written once; all behind it has a lock of its own.
    private let bed: OpaquePointer
    private let sink: UnsafeMutablePointer<any TestBedEvents>

    /// - Parameter events: told what clients do, on the thread of umockdev, which waits meanwhile.
    /// - Returns: nil where the process does not run under `umockdev-wrapper`.
    init?(_ events: any TestBedEvents) {
        sink = .allocate(capacity: 1)
        sink.initialize(to: events)
        var calls = mockdev_events()
        calls.context = UnsafeMutableRawPointer(sink)
        calls.submitted = { context, address, urb, endpoint, octets, length in
            let data = octets.map { UnsafeBufferPointer(start: $0, count: endpoint == 0 ? length + 8 : length) }
            let transfer = HostTransfer(
                urb: urb, endpoint: endpoint, octets: data.map(Array.init) ?? [], length: length)
            TestBed.events(context)?.submitted(transfer, address: Int(address))
        }
        calls.cancelled = { TestBed.events($0)?.cancelled($2, address: Int($1)) }
        calls.cleared = { TestBed.events($0)?.cleared(endpoint: $2, address: Int($1)) }
        calls.reset = { TestBed.events($0)?.reset(address: Int($1)) }
        calls.closed = { TestBed.events($0)?.closed(address: Int($1)) }
        guard let made = mockdev_new(calls) else {
            sink.deinitialize(count: 1)
            sink.deallocate()
            return nil
        }
        bed = made
    }

    private static func events(_ context: UnsafeMutableRawPointer?) -> (any TestBedEvents)? {
        context?.assumingMemoryBound(to: (any TestBedEvents).self).pointee
    }

    /// For UMOCKDEV_DIR of the clients.
    var root: String { String(cString: mockdev_root(bed)) }

    /// - Returns: the address, or nil where the test bed could not make the device.
    func plug(_ identity: USBIdentity, port: Int) -> Int? {
        let descriptors = identity.device + identity.configuration
        let address = "1-\(port)".withCString { port in
            identity.string(identity.manufacturerIndex).withCString { manufacturer in
                identity.string(identity.productIndex).withCString { name in
                    identity.string(identity.serialIndex).withCString { serial in
                        descriptors.withUnsafeBufferPointer { descriptors in
                            var description = mockdev_description(
                                port: port, vendor: identity.vendor, product: identity.product,
                                release: identity.release, manufacturer: manufacturer, name: name, serial: serial,
                                descriptors: descriptors.baseAddress, descriptors_length: descriptors.count)
                            return mockdev_plug(bed, &description)
                        }
                    }
                }
            }
        }
        return address > 0 ? Int(address) : nil
    }

    func unplug(_ address: Int) { mockdev_unplug(bed, CInt(address)) }
    func setDenied(_ address: Int, _ isDenied: Bool) -> Bool { mockdev_set_denied(bed, CInt(address), isDenied) }
    /// Removes the test bed from the disk; nothing is to be called afterwards.
    func remove() { mockdev_free(bed) }

    /// Ends a transfer: `status` 0 or a negative errno.
    func complete(_ urb: UInt64, status: CInt = 0, octets: [UInt8] = []) {
        octets.withUnsafeBufferPointer { mockdev_complete(bed, urb, status, $0.baseAddress, $0.count) }
    }

    /// Ends a transfer to the device: all of it was taken.
    func completeOut(_ urb: UInt64, length: Int) { mockdev_complete(bed, urb, 0, nil, length) }
}

/// What clients of the test bed do.
protocol TestBedEvents: AnyObject, Sendable {
    func submitted(_ transfer: HostTransfer, address: Int)
    func cancelled(_ urb: UInt64, address: Int)
    func cleared(endpoint: UInt8, address: Int)
    func reset(address: Int)
    /// No client has it open any more.
    func closed(address: Int)
}

/// A transfer that the host has submitted.
struct HostTransfer {
    var urb: UInt64
    /// Bit 7 set: towards the host. 0: control.
    var endpoint: UInt8
    /// What goes to the device; for control the setup packet, and behind it the data.
    var octets: [UInt8]
    /// Room for what comes from the device, or octets that go to it.
    var length: Int
}
