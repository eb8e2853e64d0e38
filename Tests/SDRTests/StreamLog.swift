import Glibc
import Synchronization
import Transceiver

/// Writes down the calls of a stream.
final class StreamLog: Sendable {
    struct State {
        var received: [(first: Int64, octets: [UInt8])] = []
        var transmitted: [(first: Int64, count: Int)] = []
        var troubles: [StreamTrouble] = []
        var calls = 0
    }

    let state = Mutex(State())

    var troubles: [StreamTrouble] { state.withLock { $0.troubles } }
    var calls: Int { state.withLock { $0.calls } }

    /// What is transmitted is a ramp: each octet is the low part of its place in the stream.
    func streams(octetsPerSample: Int64) -> TransceiverStreams {
        TransceiverStreams(
            receive: { [self] octets, first in
                state.withLock { state in
                    state.calls += 1
                    // Enough for any test, and a stream that runs free does not fill the memory.
                    if state.received.count < 100 { state.received.append((first, Array(octets))) }
                }
            },
            transmit: { [self] octets, first in
                octets.copyBytes(from: ramp(octets.count, from: Int(first * octetsPerSample)))
                state.withLock { state in
                    state.calls += 1
                    if state.transmitted.count < 100 { state.transmitted.append((first, octets.count)) }
                }
            },
            trouble: { [self] trouble in
                state.withLock { state in
                    state.calls += 1
                    state.troubles.append(trouble)
                }
            })
    }
}

/// A transceiver's failure when `body` throws one.
func thrown(_ body: () throws -> Void) -> TransceiverFailure? {
    do { try body() } catch let failure as TransceiverFailure { return failure } catch {}
    return nil
}

/// Whether `condition` becomes true within 20 s.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while !condition() {
        guard ContinuousClock.now < deadline else { return false }
        sched_yield()
    }
    return true
}

private let rampTable = (0..<1 << 18).map { UInt8(truncatingIfNeeded: $0) }

/// What `StreamLog` transmits, and what the fake boxes give: each octet is the low part of its place.
func ramp(_ count: Int, from place: Int = 0) -> ArraySlice<UInt8> {
    let start = place & 0xFF
    return rampTable[start..<start + count]
}
