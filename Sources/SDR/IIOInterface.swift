import Transceiver
import USBTransport

/// The interface of a Pluto that speaks IIO, and its pipes, each a pair of endpoints.
struct IIOInterface: Hashable, Sendable {
    struct Pipe: Hashable, Sendable {
        /// Towards the host.
        let reading: UInt8
        let writing: UInt8
    }

    let number: UInt8
    let pipes: [Pipe]

    /// Commands, and one for each direction.
    private static let pipesNeeded = 3

    init(of device: USBDescription) throws(TransceiverFailure) {
        guard let interface = device.interfaces.first(where: { $0.name == "IIO" }) else {
            if let unread = device.unread { throw TransceiverFailure(unread) }
            throw TransceiverFailure(
                .unsupported,
                "the Pluto at \(device.place) has no interface that is named IIO: flash firmware 0.37 or later")
        }
        number = interface.number
        let readers = interface.endpoints.filter { $0 & 0x80 != 0 }
        let writers = interface.endpoints.filter { $0 & 0x80 == 0 }
        pipes = zip(readers, writers).map { Pipe(reading: $0, writing: $1) }
        guard pipes.count >= Self.pipesNeeded else {
            throw TransceiverFailure(
                .unsupported,
                "the Pluto at \(device.place) has \(pipes.count) pipes, and \(Self.pipesNeeded) are needed to transmit and "
                    + "receive at once: flash firmware 0.37 or later")
        }
    }

    /// A request about the pipes, without data (`spec/6`).
    enum Request: UInt8, Sendable {
        case resetPipes = 0
        case openPipe = 1
        case closePipe = 2
    }

    func send(_ request: Request, pipe: UInt16 = 0, to port: any USBPort) throws(TransceiverFailure) {
        let setup = USBSetup(requestType: 0x41, request: request.rawValue, value: pipe, index: UInt16(number))
        try telling { () throws(USBError) in try port.control(setup, sending: [], timeoutMilliseconds: 1_000) }
    }
}
