import Foundation
import Synchronization
import Testing

@testable import USBTransport

/// The real libusb with an emulated HackRF One: `umockdev-wrapper` with AIOT_USB_EMULATOR naming the emulator.
@Suite(.serialized, .enabled(if: Emulator.path != nil)) struct USBDeviceTests {
    private let emulator: Emulator
    private let context: USBContext

    init() throws {
        emulator = try Emulator()
        context = try USBContext()
    }

    // MARK: finding and asking

    @Test func aDeviceIsDescribedWithItsNames() throws {
        let devices = context.devices().filter { $0.vendorID == 0x1d50 }
        let box = try #require(devices.first)
        #expect(devices.count == 1)
        #expect(box.productID == 0x6089 && box.release == 0x0106 && box.bus == 1)
        #expect(box.manufacturer == "Great Scott Gadgets" && box.product == "HackRF One")
        #expect(box.serial?.hasSuffix("1234abcd") == true)
        #expect(box.interfaces == [.init(number: 0, name: nil, endpoints: [0x81, 0x02])])
    }

    @Test func requestsAreAnsweredRefusedOrLate() throws {
        let port = try open()
        let version = try port.control(.init(requestType: 0xc0, request: 15), length: 255, timeoutMilliseconds: 5_000)
        #expect(!version.isEmpty && version.count < 255)
        #expect(
            try port.control(.init(requestType: 0xc0, request: 18), length: 24, timeoutMilliseconds: 5_000).count == 24)
        try port.control(
            .init(requestType: 0x40, request: 16), sending: [0x98, 3, 0, 0, 0, 0, 0, 0], timeoutMilliseconds: 5_000)
        #expect(
            fails(.stalled) {
                try port.control(.init(requestType: 0xc0, request: 99), length: 1, timeoutMilliseconds: 5_000)
            })
        try emulator.order("slow-control 0 60000")
        #expect(
            fails(.timedOut) {
                try port.control(.init(requestType: 0xc0, request: 14), length: 1, timeoutMilliseconds: 50)
            })
    }

    @Test func aDeviceThatMayNotBeOpenedIsListedWithoutNames() throws {
        try emulator.order("deny 0")
        let box = try #require(context.devices().first { $0.vendorID == 0x1d50 })
        #expect(box.serial == nil)
        #expect(fails(.noPermission) { try context.open(bus: 1, address: box.address) })
        try emulator.order("allow 0")
        try open().close()
    }

    @Test func anInterfaceThatAnotherHasIsBusy() throws {
        let port = try open()
        try port.claim(interface: 0)
        let other = try open(claiming: false)
        #expect(fails(.busy) { try other.claim(interface: 0) })
        port.close()
        try other.claim(interface: 0)
    }

    @Test func aResetClosesAndTheDeviceCanBeOpenedAgain() throws {
        let port = try open()
        let stream = Stream()
        try receive(on: port, stream)
        try port.reset()
        #expect(stream.waitForEnd() == .some(nil))
        #expect(fails(.interrupted) { try port.claim(interface: 0) })
        #expect(fails(.interrupted) { try port.reset() })
        #expect(
            fails(.interrupted) {
                try port.control(.init(requestType: 0xc0, request: 14), length: 1, timeoutMilliseconds: 500)
            })
        try open().close()
    }

    // MARK: streaming

    @Test func aQueueReceivesUntilItIsCancelled() throws {
        let port = try open()
        let stream = Stream()
        let queue = try receive(on: port, stream)
        stream.waitForCalls(20)
        queue.cancel()
        #expect(stream.ends == [nil])
        #expect(queue.octets >= 20 * 16_384)
        let calls = stream.calls
        queue.cancel()
        #expect(stream.calls == calls && stream.ends == [nil])
    }

    @Test func aQueueSendsWhatItsBodyFillsUntilThatHasNoMore() throws {
        let port = try open()
        try setMode(2, port)
        let stream = Stream(limit: 40)
        let queue = try port.startQueue(stream.queue(0x02))
        #expect(stream.waitForEnd() == .some(nil))
        #expect(stream.calls == 41 && queue.octets == 40 * 16_384)
    }

    @Test func aStallEndsAQueue() throws {
        let port = try open()
        let stream = Stream()
        try receive(on: port, stream)
        stream.waitForCalls(2)
        try emulator.order("stall 0 0x81")
        #expect(stream.waitForEnd()??.kind == .stalled)
        port.close()
        #expect(stream.ends.count == 1)
    }

    @Test func aQueueForWhichThereIsNoMemoryDoesNotBegin() throws {
        let port = try open()
        let stream = Stream()
        let large = USBQueue(
            endpoint: 0x81, octetsPerTransfer: 1 << 20, transfers: 200, body: stream.body, ended: stream.ended)
        #expect(fails(.noMemory) { try port.startQueue(large) })
        #expect(stream.ends.isEmpty)
        try receive(on: port, stream)
        stream.waitForCalls(2)
    }

    // MARK: unplugging

    @Test func unpluggingEndsEverythingAndIsTold() throws {
        let news = Stream()
        let first = news.news
        let watch = context.watch { first($0) }
        news.waitForCalls(1)
        let port = try open()
        let stream = Stream()
        let queue = try receive(on: port, stream)
        stream.waitForCalls(2)
        try emulator.order("unplug 0")
        #expect(stream.waitForEnd()??.kind == .noDevice)
        queue.cancel()
        #expect(
            fails(.noDevice) {
                try port.control(.init(requestType: 0xc0, request: 14), length: 1, timeoutMilliseconds: 500)
            })
        news.waitForCalls(2)
        port.close()
        let address = try #require(try emulator.order("plug 0"))
        news.waitForCalls(3)
        watch.cancel()
        let told = news.changes
        #expect(told.count == 3)
        guard case .arrived(let before)? = told.first, case .arrived(let after)? = told.last else {
            Issue.record("\(told)")
            return
        }
        #expect(told[1] == .left(bus: before.bus, address: before.address) && after.address == address)
        try emulator.order("unplug 0")
        #expect(news.changes.count == 3)
    }

    @Test func unpluggingEndsACallThatWaits() throws {
        let port = try open()
        let failure = waiting(on: port)
        try emulator.order("unplug 0")
        #expect(failure()?.kind == .noDevice)
    }

    @Test func pluggingAHundredTimesLeavesNothingBehind() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
        for turn in 0..<100 {
            let port = try open()
            let stream = Stream()
            let queue = try receive(on: port, stream)
            stream.waitForCalls(1)
            if turn.isMultiple(of: 3) { queue.cancel() }
            try emulator.order("unplug 0")
            if turn.isMultiple(of: 2) { #expect(stream.waitForEnd() != nil) }
            port.close()
            #expect(stream.ends.count == 1)
            try emulator.order("plug 0")
            waitForBox()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count < files + 20)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count < threads + 20)
    }

    // MARK: closing

    @Test func closingEndsACallThatWaits() throws {
        let port = try open()
        let failure = waiting(on: port)
        port.close()
        #expect(failure()?.kind == .interrupted)
    }

    @Test func nothingWaitsOnTheEventThreadAndClosingThereWorks() throws {
        let port = try open()
        let stream = Stream()
        let kinds = Kinds()
        let context = context
        stream.onFirstCall = {
            func kind(_ body: () throws -> Void) -> USBError.Kind? {
                do { try body() } catch { return (error as? USBError)?.kind }
                return nil
            }
            let found = [
                kind {
                    _ = try port.control(.init(requestType: 0xc0, request: 14), length: 1, timeoutMilliseconds: 500)
                },
                kind { try port.claim(interface: 0) }, kind { try port.reset() },
                kind { _ = try port.startQueue(stream.queue(0x81)) }, kind { _ = try context.open(bus: 1, address: 2) },
            ]
            kinds.value.withLock { $0 = found }
            port.close()
        }
        try receive(on: port, stream)
        #expect(stream.waitForEnd() == .some(nil))
        #expect(kinds.value.withLock { $0 } == Array(repeating: .invalidParameter, count: 5))
        port.close()
        try open().close()
    }

    @Test func aContextClosesItsPortsInAnyState() throws {
        let port = try open()
        let stream = Stream()
        try receive(on: port, stream)
        stream.waitForCalls(1)
        context.close()
        #expect(stream.ends == [nil])
        #expect(fails(.interrupted) { try port.claim(interface: 0) })
        port.close()
    }

    @Test func aContextCanBeClosedFromTheEventThread() throws {
        let port = try open()
        let stream = Stream()
        let context = context
        stream.onFirstCall = { context.close() }
        try receive(on: port, stream)
        #expect(stream.waitForEnd() == .some(nil))
        context.close()
    }

    @Test func aPortThatIsLetGoOfIsClosed() throws {
        let stream = Stream()
        try receive(on: try open(), stream)
        #expect(stream.waitForEnd() == .some(nil))
        try open().close()
    }

    // MARK: helpers

    private func box() -> USBDescription? { context.devices().first { $0.vendorID == 0x1d50 && $0.serial != nil } }

    private func waitForBox() {
        let limit = ContinuousClock.now + .seconds(30)
        while box() == nil && ContinuousClock.now < limit { usleep(2_000) }
    }

    private func open(claiming: Bool = true) throws -> any USBPort {
        let box = try #require(self.box())
        let port = try context.open(bus: box.bus, address: box.address)
        if claiming { try port.claim(interface: 0) }
        return port
    }

    private func setMode(_ mode: UInt16, _ port: any USBPort) throws {
        try port.control(
            .init(requestType: 0x40, request: 1, value: mode), sending: [], timeoutMilliseconds: 5_000)
    }

    @discardableResult
    private func receive(on port: any USBPort, _ stream: Stream) throws -> any USBQueueControl {
        try setMode(1, port)
        return try port.startQueue(stream.queue(0x81))
    }

    private func fails<Value>(_ kind: USBError.Kind, _ body: () throws -> Value) -> Bool {
        do { _ = try body() } catch { return (error as? USBError)?.kind == kind }
        return false
    }

    /// A thread that waits for octets that do not come, and what its call failed with.
    private func waiting(on port: any USBPort) -> () -> USBError? {
        let begun = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        let box = Box()
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

    private final class Kinds: Sendable {
        let value = Mutex<[USBError.Kind?]>([])
    }

    private final class Box: Sendable {
        let value = Mutex<USBError?>(nil)
    }
}

/// What a queue or a watch has told.
private final class Stream: @unchecked Sendable {
    private struct State {
        var calls = 0
        var ends: [USBError?] = []
        var changes: [USBChange] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    var onFirstCall: (@Sendable () -> Void)?

    init(limit: Int = .max) { self.limit = limit }

    var calls: Int { state.withLock { $0.calls } }
    var ends: [USBError?] { state.withLock { $0.ends } }
    var changes: [USBChange] { state.withLock { $0.changes } }

    var body: @Sendable (UnsafeMutableRawBufferPointer) -> Bool {
        { _ in
            let calls = self.state.withLock { state in
                state.calls += 1
                return state.calls
            }
            if calls == 1 { self.onFirstCall?() }
            return calls <= self.limit
        }
    }

    var ended: @Sendable (USBError?) -> Void { { error in self.state.withLock { $0.ends.append(error) } } }

    var news: @Sendable (USBChange) -> Void {
        { change in
            self.state.withLock { state in
                state.calls += 1
                state.changes.append(change)
            }
        }
    }

    func queue(_ endpoint: UInt8) -> USBQueue {
        USBQueue(endpoint: endpoint, octetsPerTransfer: 16_384, transfers: 8, body: body, ended: ended)
    }

    func waitForCalls(_ count: Int) { wait { calls >= count } }

    /// What the queue ended with; nil where it did not end.
    func waitForEnd() -> USBError?? {
        wait { !ends.isEmpty }
        return ends.first
    }

    private func wait(_ isThere: () -> Bool) {
        let limit = ContinuousClock.now + .seconds(30)
        while !isThere() && ContinuousClock.now < limit { usleep(1_000) }
        #expect(isThere())
    }
}
