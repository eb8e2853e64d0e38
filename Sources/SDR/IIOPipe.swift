import Transceiver
import USBTransport

/// One pipe to the IIO daemon of a Pluto: commands go out, answers come in. One thread at a time uses it.
final class IIOPipe: @unchecked Sendable {
    // Unchecked: a lock of its owner, or its being one thread's, keeps its uses apart.
    private let port: any USBPort
    private let endpoints: IIOInterface.Pipe
    /// What came in one transfer.
    private let buffer: UnsafeMutableRawBufferPointer
    /// What of it is not used yet.
    private var unread = 0..<0

    /// Packets of USB 2.0 have 512 octets: a transfer towards the host is a whole number of them, so that none overflows.
    private static let packet = 512
    /// An answer, or the taking of data, that takes longer is a failure.
    var milliseconds = 1_000
    /// An answer is missing: what comes now may be that one.
    private(set) var isBroken = false

    init(_ endpoints: IIOInterface.Pipe, on port: any USBPort) {
        self.endpoints = endpoints
        self.port = port
        buffer = .allocate(byteCount: 16_384, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// Sends a command and waits for its answer.
    @discardableResult
    func perform(_ command: IIOCommand) throws(TransceiverFailure) -> IIOConversation.Answer {
        guard !isBroken else {
            throw TransceiverFailure(.failed, "the Pluto has not answered a command before this one: open it again")
        }
        isBroken = true
        unread = 0..<0
        try write(command.line)
        if !command.data.isEmpty { try write(command.data) }
        return try answer(to: command)
    }

    /// Fills `block` with samples, by a READBUF whose line is given ready-made.
    /// - Returns: the octets that came; fewer at the end of what the device has.
    func readBlock(
        _ command: IIOCommand, line: [UInt8], mask: UInt32, into block: UnsafeMutableRawBufferPointer
    ) throws(TransceiverFailure) -> Int {
        unread = 0..<0
        try write(line)
        var reader = IIOBlockReader(mask: mask)
        while !reader.isComplete {
            let piece = try piece(atMost: reader.wanted)
            do throws(IIOFailure) { use(try reader.take(piece, into: block)) } catch {
                throw error.failure(of: command)
            }
        }
        return reader.filled
    }

    /// Sends `block` by a WRITEBUF whose line is given ready-made; `fill` makes it, when the device is ready for it.
    func writeBlock(
        _ command: IIOCommand, line: [UInt8], _ block: UnsafeMutableRawBufferPointer,
        fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(TransceiverFailure) {
        unread = 0..<0
        try write(line)
        _ = try answer(to: command)
        fill(block)
        try write(UnsafeRawBufferPointer(block))
        if case .number(let octets) = try answer(to: command), octets != block.count {
            throw IIOFailure.otherLength(octets).failure(of: command)
        }
    }

    private func answer(to command: IIOCommand) throws(TransceiverFailure) -> IIOConversation.Answer {
        var conversation = IIOConversation(command)
        while true {
            if let answer = conversation.answer {
                isBroken = false
                return answer
            }
            let piece = try piece(atMost: conversation.wanted)
            do throws(IIOFailure) { use(try conversation.take(piece)) } catch {
                if case .refused = error { isBroken = false }
                throw error.failure(of: command)
            }
        }
    }

    /// What came and is not used yet, after a wait for it where there is nothing.
    private func piece(atMost wanted: Int) throws(TransceiverFailure) -> UnsafeRawBufferPointer {
        for _ in 0..<16 where unread.isEmpty {
            let packets = (wanted + Self.packet - 1) / Self.packet
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(packets * Self.packet, buffer.count)])
            let count = try telling { () throws(USBError) in
                try port.bulkRead(endpoints.reading, into: room, timeoutMilliseconds: milliseconds)
            }
            unread = 0..<min(count, room.count)
        }
        guard !unread.isEmpty else { throw TransceiverFailure(.failed, "the Pluto answers nothing: open it again") }
        return UnsafeRawBufferPointer(rebasing: buffer[unread])
    }

    private func use(_ count: Int) {
        unread = unread.lowerBound + count..<unread.upperBound
    }

    private func write(_ octets: [UInt8]) throws(TransceiverFailure) {
        try octets.withUnsafeBufferPointer { (octets) throws(TransceiverFailure) in
            try write(UnsafeRawBufferPointer(octets))
        }
    }

    private func write(_ octets: UnsafeRawBufferPointer) throws(TransceiverFailure) {
        try telling { () throws(USBError) in
            try port.bulkWrite(endpoints.writing, octets, timeoutMilliseconds: milliseconds)
        }
    }
}
