import Glibc

/// The memory of one transfer of a queue, allocated once.
struct USBBuffer {
    let octets: UnsafeMutableRawBufferPointer
    private let isDeviceMemory: Bool

    /// Nil where there is no memory.
    init?(_ handle: LibUSB.Handle, length: Int) {
        // Only where a processor reads such memory through its cache: elsewhere reading costs more than the copy (ours).
        #if arch(x86_64)
            if let memory = LibUSB.makeDeviceMemory(handle, length) {
                octets = UnsafeMutableRawBufferPointer(start: memory, count: length)
                isDeviceMemory = true
                return
            }
        #endif
        guard let memory = calloc(1, length) else { return nil }
        octets = UnsafeMutableRawBufferPointer(start: memory, count: length)
        isDeviceMemory = false
    }

    /// To be called before the device is closed.
    func free(_ handle: LibUSB.Handle) {
        if isDeviceMemory { LibUSB.free(deviceMemory: octets, of: handle) } else { Glibc.free(octets.baseAddress) }
    }
}
