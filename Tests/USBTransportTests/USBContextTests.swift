import Foundation
import Synchronization
import Testing

@testable import USBTransport

/// What needs no device; `Tests/USB` has the rest.
@Suite(.serialized) struct USBContextTests {
    /// Threads and open files of this process.
    private func count(_ what: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(what)").count
    }

    @Test func aHundredContextsLeaveNoThreadAndNoFileBehind() throws {
        // What the first one loads stays.
        try USBContext().close()
        let threads = try count("task")
        let files = try count("fd")
        for turn in 0..<100 {
            let context = try USBContext()
            let watch = context.watch { _ in }
            if turn.isMultiple(of: 2) { watch.cancel() }
            _ = context.devices()
            if turn.isMultiple(of: 3) { context.close() }
        }
        // Other tests run in the same process.
        #expect(try count("task") < threads + 50)
        #expect(try count("fd") < files + 50)
    }

    @Test func closingTwiceAndFromSeveralThreadsIsHarmless() async throws {
        let context = try USBContext()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { context.close() } }
        }
        context.close()
        #expect(context.devices().isEmpty)
        context.watch { _ in Issue.record("a context that is closed tells nothing") }.cancel()
        #expect(throws: USBError(.interrupted, "opening bus 1 device 2")) { try context.open(bus: 1, address: 2) }
    }

    @Test func aDeviceThatIsNotThereIsNamed() throws {
        let context = try USBContext()
        #expect(throws: USBError(.noDevice, "opening bus 250 device 251")) {
            try context.open(bus: 250, address: 251)
        }
    }

    @Test func aContextSaysWhetherItHasRealTimePriority() throws {
        let context = try USBContext()
        defer { context.close() }
        // Both are right, by the rights of whoever runs this; the priority is the thread's own.
        let file = "/proc/self/task"
        let policies = try FileManager.default.contentsOfDirectory(atPath: file).compactMap { thread in
            try? String(contentsOfFile: "\(file)/\(thread)/stat", encoding: .utf8)
                .split(separator: ")").last?.split(separator: " ")
        }
        // Field 41 of proc(5) is the policy, 1 being SCHED_FIFO; the third is the first behind the name.
        #expect(context.hasRealTimePriority == policies.contains { $0.count > 38 && $0[38] == "1" })
    }

    @Test func ordersOfAnEndedThreadAreRefused() throws {
        final class Order: USBOrder {
            let count = Atomic(0)
            func carryOut() { count.wrappingAdd(1, ordering: .relaxed) }
        }
        let loop = try USBEventLoop()
        let order = Order()
        for _ in 0..<100 { #expect(loop.post(order)) }
        loop.stop()
        #expect(order.count.load(ordering: .relaxed) <= 100)
        let before = order.count.load(ordering: .relaxed)
        #expect(!loop.post(order))
        #expect(order.count.load(ordering: .relaxed) == before)
        #expect(before == 100)
    }

    @Test func aThreadCanBeEndedByItself() throws {
        final class Stop: USBOrder {
            let loop: USBEventLoop
            init(_ loop: USBEventLoop) { self.loop = loop }
            func carryOut() { loop.stop() }
        }
        let loop = try USBEventLoop()
        #expect(loop.post(Stop(loop)))
        loop.stop()
        #expect(!loop.post(Stop(loop)))
    }
}
