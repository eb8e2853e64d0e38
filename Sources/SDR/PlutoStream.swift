import Synchronization
import Transceiver
import USBTransport

/// What runs while a Pluto streams: a thread and a pipe for each direction, with blocks that are allocated once.
final class PlutoStream: Sendable {
    private static let receivePipe = 1
    private static let transmitPipe = 2

    private let port: any USBPort
    private let interface: IIOInterface
    private let isEnding = Atomic(false)
    private let hasFailed = Atomic(false)
    private let threads = Mutex<[BoxThread]>([])

    init(on port: any USBPort, interface: IIOInterface) {
        self.port = port
        self.interface = interface
    }

    /// Begins to stream blocks of `samples`. Where it throws, `end` is still to be called.
    func run(_ streams: TransceiverStreams, samples: Int) throws(TransceiverFailure) {
        let receiver = try openPipe(Self.receivePipe, for: PlutoSetup.receiver, samples: samples)
        let transmitter = try openPipe(Self.transmitPipe, for: PlutoSetup.transmitter, samples: samples)
        try startThread("pluto-transmit") { [self] in transmit(streams, samples: samples, by: transmitter) }
        try startThread("pluto-receive") { [self] in receive(streams, samples: samples, by: receiver) }
    }

    private func openPipe(_ pipe: Int, for device: String, samples: Int) throws(TransceiverFailure) -> IIOPipe {
        try interface.send(.openPipe, pipe: UInt16(pipe), to: port)
        let opened = IIOPipe(interface.pipes[pipe], on: port)
        try opened.perform(.open(device: device, samples: samples, mask: PlutoSetup.mask))
        // A block lasts for milliseconds, and the end of the stream may have to wait for one that does not come.
        opened.milliseconds = 500
        return opened
    }

    private func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) throws(TransceiverFailure) {
        let thread = try BoxThread(name, isUrgent: true, body)
        threads.withLock { $0.append(thread) }
    }

    private func transmit(_ streams: TransceiverStreams, samples: Int, by pipe: IIOPipe) {
        let octets = samples * StreamFormat.ci16.octetsPerSample
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: octets, alignment: 16)
        block.initializeMemory(as: UInt8.self, repeating: 0)
        defer { block.deallocate() }
        let command = IIOCommand.writeBuffer(device: PlutoSetup.transmitter, octets: octets)
        let line = command.line
        var number: Int64 = 0
        run(streams, closing: PlutoSetup.transmitter, by: pipe) { () throws(TransceiverFailure) in
            try pipe.writeBlock(command, line: line, block) { streams.transmit($0, number) }
            number += Int64(samples)
        }
    }

    private func receive(_ streams: TransceiverStreams, samples: Int, by pipe: IIOPipe) {
        let octetsPerSample = StreamFormat.ci12.octetsPerSample
        let octets = samples * octetsPerSample
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: octets, alignment: 16)
        block.initializeMemory(as: UInt8.self, repeating: 0)
        defer { block.deallocate() }
        let command = IIOCommand.readBuffer(device: PlutoSetup.receiver, octets: octets)
        let line = command.line
        var number: Int64 = 0
        run(streams, closing: PlutoSetup.receiver, by: pipe) { () throws(TransceiverFailure) in
            let filled = try pipe.readBlock(command, line: line, mask: PlutoSetup.mask, into: block)
            guard filled > 0, filled % octetsPerSample == 0 else {
                throw IIOFailure.otherLength(filled).failure(of: command)
            }
            streams.receive(UnsafeRawBufferPointer(rebasing: block[..<filled]), number)
            number += Int64(filled / octetsPerSample)
        }
    }

    /// Moves blocks until the stream ends or fails, and closes the buffers of `device` where that still makes sense.
    private func run(
        _ streams: TransceiverStreams, closing device: String, by pipe: IIOPipe,
        _ moveBlock: () throws(TransceiverFailure) -> Void
    ) {
        do throws(TransceiverFailure) {
            while !isEnding.load(ordering: .acquiring) { try moveBlock() }
            try pipe.perform(.close(device: device))
        } catch {
            // What fails while it ends is what the ending broke, and of both directions the first to fail tells why.
            guard !isEnding.load(ordering: .acquiring), !hasFailed.exchange(true, ordering: .relaxed) else { return }
            streams.trouble(.failed(error))
        }
    }

    /// Ends both directions, the transmitter first, and returns when neither has a thread.
    func end() {
        isEnding.store(true, ordering: .releasing)
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        // It closes its buffers after the block that it is at. Where that takes too long the device closes them with the
        // pipe, so that the carrier is off within 100 ms.
        _ = threads.first?.hasEnded(within: 50)
        try? interface.send(.closePipe, pipe: UInt16(Self.transmitPipe), to: port)
        for thread in threads { thread.join() }
        try? interface.send(.closePipe, pipe: UInt16(Self.receivePipe), to: port)
    }
}
