import Glibc

/// A pair of endpoints with a conversation of the IIO protocol on it.
struct IIOPipe {
    /// What the daemon does for the host at the moment.
    enum Phase {
        /// It waits for a command.
        case line
        /// It waits for the value of an attribute; nil: of one that there is not.
        case attribute(IIOAttribute?, Int)
        /// It waits for the octets of a block.
        case block(Int)
        /// It waits for the air to take a block.
        case room(Int)
        /// It waits for samples from the air.
        case samples(Int, isFirst: Bool)

        /// It waits for the air.
        var isWaiting: Bool {
            switch self {
            case .line, .attribute, .block: false
            case .room, .samples: true
            }
        }
    }

    /// High speed.
    private static let packetOctets = 512
    /// A line that is longer is none.
    private static let longestLine = 1_024

    var isOpen = false
    var phase = Phase.line
    /// How long it waits for the air.
    var timeout: Duration?
    private var due: ContinuousClock.Instant?
    private var writes: [HostTransfer] = []
    private var reads: [(transfer: HostTransfer, octets: [UInt8])] = []
    private var input: [UInt8] = []
    /// What is to be sent, each ended by a short packet.
    private var output: [[UInt8]] = []
    private var isReadHalted = false
    private var isWriteHalted = false

    /// Waits for the air from now on.
    mutating func wait(_ phase: Phase) {
        self.phase = phase
        due = timeout.map { .now + $0 }
    }

    func isLate(_ now: ContinuousClock.Instant) -> Bool { phase.isWaiting && due.map { $0 <= now } == true }

    /// Forgets the conversation; transfers of the host stay.
    mutating func close() {
        isOpen = false
        phase = .line
        timeout = nil
        input = []
        output = []
    }

    // MARK: - From the host

    mutating func submitWrite(_ transfer: HostTransfer, _ bed: TestBed) {
        guard !isWriteHalted else { return bed.complete(transfer.urb, status: -EPIPE) }
        writes.append(transfer)
    }

    /// The next line without its end, or nil where there is none yet.
    mutating func takeLine(_ bed: TestBed) -> String? {
        while true {
            if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                let line = input[..<end].filter { $0 != UInt8(ascii: "\r") }
                input.removeFirst(end + 1)
                if line.isEmpty { continue }
                return String(decoding: line, as: UTF8.self)
            }
            if input.count > Self.longestLine { input = [] }
            guard readMore(bed) else { return nil }
        }
    }

    mutating func take(_ count: Int, _ bed: TestBed) -> [UInt8]? {
        while input.count < count { guard readMore(bed) else { return nil } }
        defer { input.removeFirst(count) }
        return Array(input[..<count])
    }

    /// Takes one transfer over.
    private mutating func readMore(_ bed: TestBed) -> Bool {
        guard let transfer = writes.first else { return false }
        writes.removeFirst()
        input += transfer.octets
        bed.completeOut(transfer.urb, length: transfer.octets.count)
        return true
    }

    // MARK: - To the host

    mutating func submitRead(_ transfer: HostTransfer, _ bed: TestBed) {
        guard !isReadHalted else { return bed.complete(transfer.urb, status: -EPIPE) }
        reads.append((transfer, []))
        send(bed)
    }

    /// An answer that is a number.
    mutating func say(_ number: Int32?, _ bed: TestBed) {
        if let number { tell(Array("\(number)\n".utf8), bed) }
    }

    /// A text behind its length, with a line end behind it that does not count.
    mutating func tell(_ text: String, _ bed: TestBed) {
        say(Int32(text.utf8.count), bed)
        tell(Array((text + "\n").utf8), bed)
    }

    mutating func tell(_ octets: [UInt8], _ bed: TestBed) {
        output.append(octets)
        send(bed)
    }

    /// Moves packets: a transfer ends when it is full or with a short packet, and breaks with one that does not fit.
    private mutating func send(_ bed: TestBed) {
        while let message = output.first, let read = reads.first {
            let whole = min(message.count, (read.transfer.length - read.octets.count) & ~(Self.packetOctets - 1))
            let room = read.transfer.length - read.octets.count
            let moved = message.count <= room ? message.count : whole
            guard moved > 0 else {
                // The next packet is larger than what is left of the transfer.
                reads.removeFirst()
                output[0].removeFirst(min(Self.packetOctets, message.count))
                if output[0].isEmpty { output.removeFirst() }
                bed.complete(read.transfer.urb, status: -EOVERFLOW)
                continue
            }
            reads[0].octets += message[..<moved]
            if moved == message.count { output.removeFirst() } else { output[0].removeFirst(moved) }
            let isShort = moved % Self.packetOctets != 0
            guard isShort || reads[0].octets.count == read.transfer.length else { continue }
            bed.complete(read.transfer.urb, octets: reads[0].octets)
            reads.removeFirst()
        }
    }

    // MARK: - Trouble

    mutating func cancel(_ urb: UInt64) {
        writes.removeAll { $0.urb == urb }
        reads.removeAll { $0.transfer.urb == urb }
    }

    mutating func setHalted(_ isReading: Bool, _ isHalted: Bool, _ bed: TestBed) {
        if isReading {
            isReadHalted = isHalted
            guard isHalted else { return }
            for read in reads { bed.complete(read.transfer.urb, status: -EPIPE) }
            reads = []
        } else {
            isWriteHalted = isHalted
            guard isHalted else { return }
            for write in writes { bed.complete(write.urb, status: -EPIPE) }
            writes = []
        }
    }
}
