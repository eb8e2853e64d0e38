import Foundation
import Synchronization
import Testing

@testable import USBTransport

extension USBDeviceTests {
    /// Four threads do what comes into their heads while the device comes and goes.
    @Test func nothingHangsWhateverHappensAtOnce() throws {
        // The next emulator is not heard by a libusb that some context still uses.
        defer { context.close() }
        let port = Box<any USBPort>()
        let done = DispatchSemaphore(value: 0)
        for thread in 0..<4 {
            Thread.detachNewThread {
                var generator = SplitMix(state: UInt64(thread))
                for _ in 0..<60 { perturb(port, &generator) }
                done.signal()
            }
        }
        for _ in 0..<4 {
            while done.wait(timeout: .now() + 0.1) == .timedOut {
                try emulator.order("unplug 0")
                usleep(5_000)
                try emulator.order("plug 0")
            }
        }
        port.value.withLock { $0 }?.close()
        waitForBox()
        try open().close()
    }

    /// Opens where nothing is open, else does something with what is; errors are expected.
    private func perturb(_ shared: Box<any USBPort>, _ generator: inout SplitMix) {
        guard let port = shared.value.withLock({ $0 }) else {
            let opened = box().flatMap { try? context.open(bus: $0.bus, address: $0.address) }
            try? opened?.claim(interface: 0)
            let spare = shared.value.withLock { port in
                guard port == nil else { return opened }
                port = opened
                return nil
            }
            spare?.close()
            return
        }
        let stream = RecordedStream()
        let chance = Int.random(in: 0..<16, using: &generator)
        switch chance {
        case 0, 1:
            shared.value.withLock { $0 = nil }
            if chance == 0 { port.close() } else { try? port.reset() }
        case 2: shared.value.withLock { $0 = nil }
        case 3: stream.onFirstCall = { port.close() }
        case 4...9:
            _ = try? port.control(.init(requestType: 0xc0, request: 15), length: 255, timeoutMilliseconds: 1_000)
            return
        default: break
        }
        guard let queue = try? receive(on: port, stream) else {
            port.close()
            return shared.value.withLock { if $0 === port { $0 = nil } }
        }
        usleep(UInt32.random(in: 0..<20_000, using: &generator))
        if chance.isMultiple(of: 2) { queue.cancel() } else { port.close() }
        #expect(stream.waitForEnd() != nil)
        #expect(stream.ends.count == 1)
    }
}
