import NIOCore
import Synchronization

/// A client that is connected: its lines come one by one, and it is told lines.
///
/// All of it may be called from anywhere, and nothing but `next` and `closed` waits.
package final class ControlConnection: Sendable {
    private struct State {
        /// What the client has said and nobody has taken yet.
        var lines: [[UInt8]] = []
        var waiting: CheckedContinuation<[UInt8]?, Never>?
        /// The client says no more.
        var isOver = false
        /// What the client says is of no interest.
        var isDeaf = false
        var isPaused = false
        /// Octets that the client has not read yet.
        var unread = 0
        /// Too many of them; until half of the room is free.
        var isFull = false
    }

    /// Counts the clients of a server.
    package let id: Int
    private let channel: any Channel
    private let limits: ControlLimits
    private let state = Mutex(State())

    init(id: Int, channel: any Channel, limits: ControlLimits) {
        self.id = id
        self.channel = channel
        self.limits = limits
    }

    /// The next line of the client, without its end; for one task at a time.
    /// - Returns: nil when it says no more, has gone, or this task is cancelled.
    package func next() async -> [UInt8]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (line, isDone) = state.withLock { state -> ([UInt8]?, Bool) in
                    if !state.lines.isEmpty { return (state.lines.removeFirst(), true) }
                    if state.isOver { return (nil, true) }
                    state.waiting = continuation
                    return (nil, false)
                }
                if isDone { continuation.resume(returning: line) }
                keepReading()
            }
        } onCancel: {
            hearsTheEnd()
        }
    }

    /// What the client says from now on is thrown away; that it goes is still noticed.
    package func hearNoMore() {
        state.withLock {
            $0.isDeaf = true
            $0.lines = []
        }
        keepReading()
    }

    /// Tells the client a line.
    /// - Returns: false where too much waits for it already, and this line is left out.
    @discardableResult
    package func send(_ line: JSONLine) -> Bool { send(line.text) }

    @discardableResult
    package func send(_ text: String) -> Bool {
        let buffer = ByteBuffer(string: text + "\n")
        let count = buffer.readableBytes
        let hasRoom = state.withLock { state in
            if state.unread + count > limits.backlogOctets { state.isFull = true }
            guard !state.isFull else { return false }
            state.unread += count
            return true
        }
        guard hasRoom else { return false }
        channel.writeAndFlush(buffer).whenComplete { [self] _ in
            state.withLock { state in
                state.unread -= count
                if state.unread <= limits.backlogOctets / 2 { state.isFull = false }
            }
        }
        return true
    }

    /// Ends the connection once the client has read what it was told, or has had time for that.
    package func finish() {
        let end = channel.eventLoop.scheduleTask(in: .init(limits.readingTime)) { [channel] in
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in end.cancel() }
        channel.writeAndFlush(ByteBuffer()).whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Ends the connection at once.
    package func close() { channel.close(promise: nil) }

    /// The client has gone.
    package var isOver: Bool { !channel.isActive }

    /// Waits until the client has gone.
    package func closed() async { try? await channel.closeFuture.get() }

    var eventLoop: any EventLoop { channel.eventLoop }

    func hears(_ line: [UInt8]) {
        let (waiting, mustPause) = state.withLock { state -> (CheckedContinuation<[UInt8]?, Never>?, Bool) in
            guard !state.isDeaf, !state.isOver else { return (nil, false) }
            if let waiting = state.waiting {
                state.waiting = nil
                return (waiting, false)
            }
            state.lines.append(line)
            guard state.lines.count >= limits.waitingLines, !state.isPaused else { return (nil, false) }
            state.isPaused = true
            return (nil, true)
        }
        waiting?.resume(returning: line)
        if mustPause { channel.setOption(.autoRead, value: false).whenComplete { _ in } }
    }

    func hearsTheEnd() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            state.isOver = true
            return state.waiting
        }
        waiting?.resume(returning: nil)
    }

    private func keepReading() {
        let mustRead = state.withLock { state in
            guard state.isPaused, state.lines.count < limits.waitingLines / 2 + 1 else { return false }
            state.isPaused = false
            return true
        }
        if mustRead { channel.setOption(.autoRead, value: true).whenComplete { _ in } }
    }
}
