import AIoTBase
import AIoTCapture
import Glibc
import NIOPosix
import RadioFrontEnd
import Synchronization

/// Writes frames of the air and NGAP PDUs as one pcapng file, on a thread of its own (`spec/4` "Frames: pcapng").
///
/// Who takes things to it never waits: what finds no room in the queue is counted, and told at the end.
package final class FrameCapture: Sendable {
    /// What came of it.
    package struct Totals: Hashable, Sendable {
        /// In the file.
        package var frames = 0
        package var pdus = 0
        /// Found no room in the queue or on the disk.
        package var lost = 0
        package var octets = 0
        /// Why nothing more is written; nil while it is.
        package var ended: String?
    }

    /// What is written at once, on the loop's clock.
    enum Item: Sendable {
        /// What came of one transmission: the R2D frame first.
        case frames([AirFrame])
        case pdu([UInt8], isToAIoTF: Bool, AirTime)

        /// Packets of the capture.
        var count: Int { if case .frames(let frames) = self { frames.count } else { 1 } }

        var octets: Int {
            switch self {
            case .frames(let frames): frames.reduce(0) { $0 + $1.octets.count }
            case .pdu(let octets, _, _): octets.count
            }
        }
    }

    private struct Queue: Sendable {
        var items: [Item] = []
        /// Packets in it, and octets of those.
        var packets = 0
        var octets = 0
        /// Wall clock at the loop's time zero, in nanoseconds since 1970.
        var anchor: Int64?
        /// The thread will look at it.
        var isDue = false
        var isClosed = false
        var lost = 0
    }

    /// What the thread has.
    private struct Work: ~Copyable, Sendable {
        var file: FrameCaptureFile
        var transactionID = TransactionID(0)
    }

    /// Packets that may wait for the disk (*ours*: seconds of a busy air).
    static let queueLimit = 8_192
    /// Octets that they may have; an AIoTF may send long PDUs (*ours*).
    static let queueOctets = 4_194_304

    package let path: String
    private let limitOctets: Int
    private let queue = Mutex(Queue())
    private let work: Mutex<Work>
    private let written: Mutex<Totals>
    private let writer = PcapngWriter(application: "aiot-reader")
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let wallClock: @Sendable () -> Int64
    private let trouble: @Sendable (String) -> Void

    /// Makes the file, which must not exist yet.
    /// - Parameters:
    ///   - limitOctets: of the file.
    ///   - wallClock: nanoseconds since 1970; nil: the system's.
    ///   - trouble: is told why it ended where nobody asked for that; called on the writing thread.
    package init(
        path: String, limitOctets: Int, wallClock: (@Sendable () -> Int64)? = nil,
        trouble: @escaping @Sendable (String) -> Void
    ) throws(CaptureFailure) {
        var file = try FrameCaptureFile(path: path)
        try file.append(writer.header)
        let octets = file.octets
        work = Mutex(Work(file: file))
        written = Mutex(Totals(octets: octets))
        self.path = path
        self.limitOctets = limitOctets
        self.wallClock = wallClock ?? { Self.systemTime }
        self.trouble = trouble
        pool.start()
    }

    /// Takes something that happened by `now`; never waits.
    func take(_ item: Item, at now: AirTime) {
        let isNew = queue.withLock { queue in
            guard !queue.isClosed else { return false }
            if queue.anchor == nil { queue.anchor = wallClock() &- now.nanoseconds }
            let octets = item.octets
            guard queue.packets + item.count <= Self.queueLimit, queue.octets + octets <= Self.queueOctets else {
                queue.lost += item.count
                return false
            }
            queue.items.append(item)
            queue.packets += item.count
            queue.octets += octets
            defer { queue.isDue = true }
            return !queue.isDue
        }
        if isNew { pool.submit { state in if case .active = state { self.drain() } } }
    }

    /// So far.
    package var totals: Totals {
        var totals = written.withLock { $0 }
        totals.lost += queue.withLock { $0.lost }
        return totals
    }

    /// Writes what waits, and ends the capture; waits for the disk.
    @discardableResult
    package func finish() -> Totals {
        let isFirst = queue.withLock { queue in
            defer { queue.isClosed = true }
            return !queue.isClosed
        }
        if isFirst {
            try? pool.syncShutdownGracefully()
            drain()
        }
        return totals
    }

    private static var systemTime: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

// MARK: - The writing thread

extension FrameCapture {
    private func drain() {
        Self.blockSizeSignal()
        let told = work.withLock { work -> String? in
            let (items, anchor) = queue.withLock { queue in
                defer {
                    queue.items = []
                    queue.packets = 0
                    queue.octets = 0
                    queue.isDue = false
                }
                return (queue.items, queue.anchor ?? 0)
            }
            var told: String?
            for item in items { told = write(item, anchor, &work) ?? told }
            return told
        }
        if let told { trouble(told) }
    }

    /// - Returns: why the capture has ended, where it ends with this.
    private func write(_ item: Item, _ anchor: Int64, _ work: inout Work) -> String? {
        guard totals.ended == nil else {
            written.withLock { $0.lost += item.count }
            return nil
        }
        var block: [UInt8] = []
        switch item {
        case .frames(let frames):
            for frame in frames {
                if frame.isR2D, let first = frame.octets.first { work.transactionID = TransactionID(first) }
                let record = FrameRecord(frame, transactionID: work.transactionID)
                block += writer.block(record, unixNanoseconds: Self.stamp(frame.start, anchor))
            }
        case .pdu(let octets, let isToAIoTF, let time):
            block = writer.block(
                ngap: octets, isToAIoTF ? .outbound : .inbound, unixNanoseconds: Self.stamp(time, anchor))
        }
        do throws(CaptureFailure) {
            guard work.file.octets + block.count <= limitOctets else {
                throw CaptureFailure(
                    "\(path): the limit of \(limitOctets) octets is reached: the capture has ended; start another one")
            }
            try work.file.append(block)
        } catch {
            written.withLock { totals in
                totals.lost += item.count
                totals.ended = "\(error)"
            }
            return "\(error)"
        }
        let octets = work.file.octets
        written.withLock { totals in
            totals.octets = octets
            if case .frames = item { totals.frames += item.count } else { totals.pdus += 1 }
        }
        return nil
    }

    private static func stamp(_ time: AirTime, _ anchor: Int64) -> UInt64 {
        UInt64(clamping: anchor &+ time.nanoseconds)
    }

    /// A write beyond RLIMIT_FSIZE would end the process; blocked, it fails with EFBIG like any other.
    private static func blockSizeSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
