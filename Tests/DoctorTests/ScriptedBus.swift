import Synchronization
import USBTransport

/// A bus with boxes that answer, or refuse, as the test says.
final class ScriptedBus: USBBus {
    private final class Watch: USBWatch { func cancel() {} }

    private let found: [USBDescription]
    private let refusal: USBError?
    let ports: [ScriptedPort]

    /// - Parameter refusal: of every attempt to open a device.
    init(_ found: [USBDescription], refusal: USBError? = nil, claim: USBError? = nil) {
        self.found = found
        self.refusal = refusal
        ports = found.map { ScriptedPort($0, claim) }
    }

    func devices(_ isWanted: (USBDescription) -> Bool) -> [USBDescription] { found.filter(isWanted) }

    func open(bus: UInt8, address: UInt8) throws(USBError) -> any USBPort {
        if let refusal { throw refusal }
        guard let port = ports.first(where: { $0.description.bus == bus && $0.description.address == address }) else {
            throw USBError(.noDevice, "opening")
        }
        return port
    }

    func watch(_ change: @escaping @Sendable (USBChange) -> Void) -> any USBWatch { Watch() }
}

final class ScriptedPort: USBPort {
    let description: USBDescription
    private let claimRefusal: USBError?
    let claimed = Mutex<[UInt8]>([])
    let closings = Mutex(0)

    init(_ description: USBDescription, _ claimRefusal: USBError?) {
        self.description = description
        self.claimRefusal = claimRefusal
    }

    func claim(interface: UInt8) throws(USBError) {
        if let claimRefusal { throw claimRefusal }
        claimed.withLock { $0.append(interface) }
    }

    func control(_ setup: USBSetup, length: Int, timeoutMilliseconds: Int) throws(USBError) -> [UInt8] {
        guard setup == USBSetup(requestType: 0xC0, request: 15) else { throw USBError(.stalled, "asking") }
        return Array("2024.02.1\0".utf8)
    }

    func control(_ setup: USBSetup, sending data: [UInt8], timeoutMilliseconds: Int) throws(USBError) {
        throw USBError(.stalled, "nothing may be sent to a box that is looked at")
    }

    func bulkRead(_ endpoint: UInt8, into buffer: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int)
        throws(USBError) -> Int
    { throw USBError(.stalled, "reading") }

    func bulkWrite(_ endpoint: UInt8, _ octets: UnsafeRawBufferPointer, timeoutMilliseconds: Int) throws(USBError) {
        throw USBError(.stalled, "writing")
    }

    func startQueue(_ queue: USBQueue) throws(USBError) -> any USBQueueControl { throw USBError(.stalled, "queue") }
    func reset() throws(USBError) { throw USBError(.stalled, "reset") }
    func close() { closings.withLock { $0 += 1 } }
}
