import EmulatedAir
import Glibc
import Transceiver

/// An ADALM-Pluto: the IIO daemon behind pairs of endpoints (`spec/6`).
final class EmulatedPluto: EmulatedBox {
    /// The interface is not the first, as on the real one, which has network, storage and serial before it.
    static let interface: UInt16 = 2
    static let pipeEndpoints: [(reading: UInt8, writing: UInt8)] = [(0x82, 0x02), (0x83, 0x03), (0x84, 0x04)]

    let serial: String
    let bed: TestBed
    var counts = BoxCounters()
    var firmware = Firmware.right { didSet { reset() } }
    var wantsToRestart = false
    var context: IIOContext
    var pipes: [IIOPipe] = []
    var receiver = IIOReceiver()
    var transmitter = IIOTransmitter()
    private var octetsToLose = 0
    private var octetsToStarve = 0

    init(serial: String, bed: TestBed) {
        self.serial = serial
        self.bed = bed
        context = IIOContext(serial: serial, firmware)
        reset()
    }

    var identity: USBIdentity {
        USBIdentity(
            vendor: 0x0456, product: 0xb673, release: 0x0419,
            strings: ["Analog Devices Inc.", "PlutoSDR (ADALM-PLUTO)", serial, "Linux File-Stor Gadget", "IIO"],
            manufacturerIndex: 1, productIndex: 2, serialIndex: 3,
            interfaces: [
                .init(), .init(name: 4, endpoints: [0x81, 0x01]),
                .init(name: 5, endpoints: Self.pipeEndpoints.flatMap { [$0.reading, $0.writing] }),
            ])
    }

    var airBox: AirBox { AirBox("ADALM-Pluto \(serial.suffix(8))", transmitFormat: .ci16, receiveFormat: .ci12) }

    var settings: [String: String] {
        var all: [String: String] = [:]
        for attribute in context.devices.flatMap(\.allAttributes) { all[attribute.key] = context.value(of: attribute) }
        return all
    }

    // MARK: - USB

    /// Requests about pipes: 0 closes all, 1 opens one, 2 closes one.
    func control(_ request: ControlRequest) -> ControlAnswer {
        if let answer = request.standardAnswer(identity) { return answer }
        guard request.type == 0x41, request.index == Self.interface else { return .stall }
        let pipe = Int(request.value)
        switch request.request {
        case 0: for index in pipes.indices { close(index) }
        case 1 where pipes.indices.contains(pipe) && !pipes[pipe].isOpen: pipes[pipe].isOpen = true
        case 2 where pipes.indices.contains(pipe) && pipes[pipe].isOpen: close(pipe)
        default: return .stall
        }
        return .done
    }

    private func close(_ pipe: Int) {
        if receiver.pipe == pipe { receiver = IIOReceiver() }
        if transmitter.pipe == pipe { transmitter = IIOTransmitter() }
        pipes[pipe].close()
    }

    func submitted(_ transfer: HostTransfer) {
        guard let pipe = pipe(of: transfer.endpoint) else { return bed.complete(transfer.urb, status: -EPIPE) }
        if transfer.endpoint & 0x80 == 0 {
            pipes[pipe].submitWrite(transfer, bed)
            serve(pipe)
        } else {
            pipes[pipe].submitRead(transfer, bed)
        }
    }

    func cancelled(_ urb: UInt64) { for index in pipes.indices { pipes[index].cancel(urb) } }

    func setHalted(_ endpoint: UInt8, _ isHalted: Bool) {
        if let pipe = pipe(of: endpoint) { pipes[pipe].setHalted(endpoint & 0x80 != 0, isHalted, bed) }
    }

    private func pipe(of endpoint: UInt8) -> Int? {
        Self.pipeEndpoints.firstIndex { $0.reading == endpoint || $0.writing == endpoint }
    }

    func reset() {
        context = IIOContext(serial: serial, firmware)
        pipes = Self.pipeEndpoints.map { _ in IIOPipe() }
        receiver = IIOReceiver()
        transmitter = IIOTransmitter()
        octetsToLose = 0
        octetsToStarve = 0
    }

    // MARK: - The air

    var isTransmitting: Bool { transmitter.hasStarted }
    var isReceiving: Bool { receiver.pipe != nil }
    var readyOctets: Int { transmitter.count }
    var freeOctets: Int { receiver.free }

    func transmit(into buffer: UnsafeMutableRawBufferPointer) {
        let starved = min(octetsToStarve, buffer.count)
        octetsToStarve -= starved
        let taken = transmitter.take(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(buffer.count - starved)]))
        UnsafeMutableRawBufferPointer(rebasing: buffer[taken...]).initializeMemory(as: UInt8.self, repeating: 0)
        counts.transmittedSamples += Int64(buffer.count / 4)
        if taken < buffer.count {
            counts.underrunSamples += Int64((buffer.count - taken) / 4)
            if !transmitter.isStarved { counts.underruns += 1 }
        }
        transmitter.isStarved = taken < buffer.count
        serveAll()
    }

    func receive(_ octets: UnsafeRawBufferPointer) {
        let lost = min(octetsToLose, octets.count)
        octetsToLose -= lost
        let kept = receiver.put(UnsafeRawBufferPointer(rebasing: octets[lost...]))
        if lost > 0 { receiver.hasOverflown = true }
        counts.receivedSamples += Int64(kept / 4)
        counts.droppedSamples += Int64((octets.count - kept) / 4)
        serveAll()
    }

    func lose(octets: Int) { octetsToLose += octets }
    func starve(octets: Int) { octetsToStarve += octets }

    func settle(_ now: ContinuousClock.Instant) {
        for index in pipes.indices where pipes[index].isLate(now) {
            pipes[index].say(-ETIMEDOUT, bed)
            pipes[index].phase = .line
            serve(index)
        }
    }
}
