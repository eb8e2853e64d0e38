import Foundation
import Synchronization
import Testing

@testable import USBTransport

extension USBDeviceTests {
    func box() -> USBDescription? { context.devices().first { $0.vendorID == 0x1d50 && $0.serial != nil } }

    func waitForBox() {
        let limit = ContinuousClock.now + .seconds(30)
        while box() == nil && ContinuousClock.now < limit { usleep(2_000) }
    }

    func open(claiming: Bool = true) throws -> any USBPort {
        let box = try #require(self.box())
        let port = try context.open(bus: box.bus, address: box.address)
        if claiming { try port.claim(interface: 0) }
        return port
    }

    func setMode(_ mode: UInt16, _ port: any USBPort) throws {
        try port.control(
            .init(requestType: 0x40, request: 1, value: mode), sending: [], timeoutMilliseconds: 5_000)
    }

    @discardableResult
    func receive(on port: any USBPort, _ stream: RecordedStream) throws -> any USBQueueControl {
        try setMode(1, port)
        return try port.startQueue(stream.queue(0x81))
    }

    func fails<Value>(_ kind: USBError.Kind, _ body: () throws -> Value) -> Bool {
        do { _ = try body() } catch { return (error as? USBError)?.kind == kind }
        return false
    }

    /// A thread that waits for octets that do not come, and what its call failed with.
    func waiting(on port: any USBPort) -> () -> USBError? {
        let begun = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let box = Box<USBError>()
        Thread.detachNewThread {
            begun.signal()
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 16)
            defer { buffer.deallocate() }
            do { _ = try port.bulkRead(0x81, into: buffer, timeoutMilliseconds: 60_000) } catch {
                box.value.withLock { $0 = error as? USBError }
            }
            ended.signal()
        }
        begun.wait()
        return {
            #expect(ended.wait(timeout: .now() + 30) == .success)
            return box.value.withLock { $0 }
        }
    }

    final class Box<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
