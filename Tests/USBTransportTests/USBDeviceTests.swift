import Foundation
import Synchronization
import Testing

@testable import USBTransport

/// The real libusb with an emulated HackRF One: `umockdev-wrapper` with AIOT_USB_EMULATOR naming the emulator.
@Suite(.serialized, .enabled(if: Emulator.path != nil)) struct USBDeviceTests {
    let emulator: Emulator
    let context: USBContext

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
        #expect(box.serial == nil && box.unread?.kind == .noPermission)
        #expect(context.devices { $0.vendorID != 0x1d50 }.allSatisfy { $0.unread == nil })
        #expect(fails(.noPermission) { try context.open(bus: 1, address: box.address) })
        try emulator.order("allow 0")
        try open().close()
    }

    @Test func namesThatDoNotComeInTimeAreMissingForThatReason() throws {
        try emulator.order("slow-control 0 60000")
        let late = try #require(context.devices().first { $0.vendorID == 0x1d50 })
        #expect(late.serial == nil && late.unread?.kind == .timedOut)
        try emulator.order("slow-control 0 0")
        let box = try #require(context.devices().first { $0.vendorID == 0x1d50 })
        #expect(box.serial != nil && box.unread == nil)
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
        let stream = RecordedStream()
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
        let stream = RecordedStream()
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
        let stream = RecordedStream(limit: 40)
        let queue = try port.startQueue(stream.queue(0x02))
        #expect(stream.waitForEnd() == .some(nil))
        #expect(stream.calls == 41 && queue.octets == 40 * 16_384)
    }

    @Test func aStallEndsAQueueAndTheNextOneWorks() throws {
        let port = try open()
        let stream = RecordedStream()
        try receive(on: port, stream)
        stream.waitForCalls(2)
        try emulator.order("stall 0 0x81")
        #expect(stream.waitForEnd()??.kind == .stalled)
        let next = RecordedStream()
        _ = try port.startQueue(next.queue(0x81))
        next.waitForCalls(2)
        port.close()
        #expect(stream.ends.count == 1 && next.ends == [nil])
    }

    @Test func aQueueForWhichThereIsNoMemoryDoesNotBegin() throws {
        let port = try open()
        let stream = RecordedStream()
        let large = USBQueue(
            endpoint: 0x81, octetsPerTransfer: 1 << 20, transfers: 200, body: stream.body, ended: stream.ended)
        #expect(fails(.noMemory) { try port.startQueue(large) })
        #expect(stream.ends.isEmpty)
        try receive(on: port, stream)
        stream.waitForCalls(2)
    }

    // MARK: unplugging

    @Test func unpluggingEndsEverythingAndIsTold() throws {
        let news = RecordedStream()
        let first = news.news
        let watch = context.watch { first($0) }
        news.waitForCalls(1)
        let port = try open()
        let stream = RecordedStream()
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
            let stream = RecordedStream()
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
        let stream = RecordedStream()
        let kinds = Box<[USBError.Kind?]>()
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
        let stream = RecordedStream()
        try receive(on: port, stream)
        stream.waitForCalls(1)
        context.close()
        #expect(stream.ends == [nil])
        #expect(fails(.interrupted) { try port.claim(interface: 0) })
        port.close()
    }

    @Test func aContextCanBeClosedFromTheEventThread() throws {
        let port = try open()
        let stream = RecordedStream()
        let context = context
        stream.onFirstCall = { context.close() }
        try receive(on: port, stream)
        #expect(stream.waitForEnd() == .some(nil))
        context.close()
    }

    @Test func aPortThatIsLetGoOfIsClosed() throws {
        let stream = RecordedStream()
        try receive(on: try open(), stream)
        #expect(stream.waitForEnd() == .some(nil))
        try open().close()
    }
}
