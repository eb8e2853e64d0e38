import Glibc
import Synchronization
import Testing
import Transceiver
import USBTransport

@testable import SDR

@Suite struct RTLSDRTests {
    /// Stands in for librtlsdr with one device, whose calls it writes down.
    private final class Library: Sendable {
        struct State {
            var calls: [String] = []
            var serials = ["00000001"]
            var openResult: Int32 = 0
            var refuses: String?
            var isReading = false
            var isCancelled = false
            var hearsCancel = true
            var ended = 0
        }

        let state = Mutex(State())
        var calls: [String] { state.withLock { $0.calls } }

        private func note(_ call: String) -> Int32 {
            state.withLock { state in
                state.calls.append(call)
                return state.refuses.map { call.hasPrefix($0) } == true ? -1 : 0
            }
        }

        func functions() -> RTLSDRLibrary {
            RTLSDRLibrary(
                deviceCount: { UInt32(self.state.withLock { $0.serials.count }) },
                strings: { index, _, _, serial in
                    let text = self.state.withLock { $0.serials[Int(index)] }
                    guard !text.isEmpty else { return -3 }
                    for (place, octet) in text.utf8.enumerated() { serial[place] = CChar(octet) }
                    return 0
                },
                open: { device, index in
                    device.pointee = OpaquePointer(bitPattern: 16)
                    _ = self.note("open \(index)")
                    return self.state.withLock { $0.openResult }
                },
                close: { _ in self.note("close") }, setSampleRate: { self.note("rate \($1)") },
                setFrequency: { self.note("frequency \($1)") }, setGainMode: { self.note("mode \($1)") },
                gains: { _, room in
                    for (place, gain) in [0, 9, 297, 496].enumerated() { room?[place] = Int32(gain) }
                    return 4
                },
                setGain: { self.note("gain \($1)") }, setBiasTee: { self.note("bias \($1)") },
                resetBuffer: { _ in self.note("reset") },
                readAsync: { _, sink, context, transfers, octets in
                    _ = self.note("read \(transfers) \(octets)")
                    self.state.withLock { $0.isReading = true }
                    var samples: [UInt8] = [1, 2, 3, 4]
                    while self.state.withLock({ $0.isReading && !($0.isCancelled && $0.hearsCancel) }) {
                        samples.withUnsafeMutableBufferPointer { sink($0.baseAddress, 4, context) }
                        sched_yield()
                    }
                    self.state.withLock { $0.ended += 1 }
                    return 0
                },
                cancel: { _ in
                    self.state.withLock { $0.isCancelled = true }
                    return 0
                })
        }
    }

    private let bus = ScriptedBus()
    private let library = Library()
    private let log = StreamLog()

    private func box(_ change: (inout BoxSettings) -> Void = { _ in }) -> RTLSDR {
        var settings = BoxSettings()
        change(&settings)
        return RTLSDR(bus: bus, settings: settings) { [library] in library.functions() }
    }

    @Test func itIsLabelledUntested() throws {
        let box = box()
        #expect(box.name.contains("untested"))
        try box.open()
        #expect(box.name == "RTL-SDR 00000001 (untested)")
        #expect(box.notes.contains { $0.contains("lost samples") })
    }

    @Test func withoutTheLibraryItSaysWhatToInstall() throws {
        let box = RTLSDR(bus: bus, settings: BoxSettings()) { RTLSDRLibrary.load(["librtlsdr-that-is-not-there.so.0"]) }
        let failure = try #require(thrown { try box.open() })
        #expect(failure.kind == .unsupported)
        #expect(failure.description.contains("apt-get install librtlsdr0"))
    }

    @Test func aLibraryWithoutItsFunctionsIsNone() {
        #expect(RTLSDRLibrary.load(["libc.so.6"]) == nil)
    }

    @Test func itIsSetUpWithTheNearestGainAndStreamsUntilItIsStopped() throws {
        let box = box { $0.hasAntennaPower = true }
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        #expect(eventually { log.calls > 3 })
        box.stop()
        let calls = log.calls
        #expect(log.state.withLock { $0.received.prefix(3).map(\.first) } == [0, 2, 4])
        box.close()
        #expect(
            library.calls == [
                "open 0", "rate 1920000", "frequency 920600000", "mode 1", "gain 297", "bias 1", "reset",
                "read 16 16384",
                "close",
            ])
        #expect(log.calls == calls)
        #expect(log.troubles.isEmpty)
    }

    @Test func aReceiverThatGoesIsTold() throws {
        let box = box()
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        #expect(eventually { log.calls > 0 })
        library.state.withLock { $0.isReading = false }
        #expect(eventually { !log.troubles.isEmpty })
        guard case .failed(let failure) = log.troubles.first else {
            Issue.record("no failure was told")
            return
        }
        #expect(failure.kind == .absent)
        box.close()
    }

    @Test func aLibraryThatDoesNotEndIsLeftToItselfAndItsDeviceIsNotClosed() throws {
        library.state.withLock { $0.hearsCancel = false }
        let box = box()
        try box.open()
        try box.start(log.streams(octetsPerSample: 2))
        #expect(eventually { log.calls > 0 })
        box.close()
        let calls = log.calls
        #expect(!library.calls.contains("close"))
        library.state.withLock { $0.isReading = false }
        #expect(eventually { library.state.withLock { $0.ended } == 1 })
        #expect(log.calls == calls)
    }

    @Test(arguments: ["rate", "frequency", "mode", "gain", "bias"])
    func aSettingThatIsRefusedLeavesItClosed(call: String) throws {
        library.state.withLock { $0.refuses = call }
        #expect(thrown { try box().open() }?.kind == .unsupported)
        #expect(library.calls.last == "close")
    }

    @Test(arguments: [(-3, .denied), (-4, .absent), (-6, .busy), (-1, .failed)] as [(Int32, TransceiverFailure.Kind)])
    func anErrorOfOpeningGetsItsKind(result: Int32, kind: TransceiverFailure.Kind) {
        library.state.withLock { $0.openResult = result }
        #expect(thrown { try box().open() }?.kind == kind)
    }

    @Test func ofSeveralOneIsChosenByTheEndOfItsSerialNumber() throws {
        library.state.withLock { $0.serials = ["00000001", "77770002"] }
        #expect(thrown { try box().open() }?.kind == .unsupported)
        try box { $0.selection = .serial("0002") }.open()
        #expect(library.calls.first == "open 1")
        #expect(thrown { try box { $0.selection = .serial("3") }.open() }?.kind == .absent)
        #expect(thrown { try box { $0.selection = .serial("000") }.open() }?.kind == .absent)
        #expect(thrown { try box { $0.selection = .address(bus: 1, device: 1) }.open() }?.kind == .unsupported)
        library.state.withLock { $0.serials = ["00000001", ""] }
        #expect(thrown { try box { $0.selection = .serial("3") }.open() }?.kind == .denied)
        library.state.withLock { $0.serials = [] }
        #expect(thrown { try box().open() }?.kind == .absent)
    }
}
