package import AIoTBase

/// Puts what an AIoTF has written of its turns into the records of a reader: each stage `aiotf` becomes `link-out`,
/// `queue`, `decide`, `commit` and `link-back`, and the sum stays what it was.
///
/// The offset between the two clocks is bounded by every round trip, since nothing arrives before it was sent. Where 0 is
/// within the bounds, both run on one machine and one clock. Else it is the middle of the bounds: half of what the shortest
/// round trip spent on the link is its uncertainty, and link-out and link-back are equal there. Clocks of two machines
/// drift, so each ten seconds have bounds of their own.
package struct TraceJoin: Sendable {
    package struct Result: Sendable {
        package var records: [ExchangeRecord]
        /// Round trips that were joined, and those of the reader for which the AIoTF's trace has no turn.
        package var joined = 0
        package var unmatched = 0
        package var isOneClock = true
        /// The AIoTF's clock less the reader's, and how far that may be off, at the last ten seconds.
        package var offset = AirDuration.zero
        package var uncertainty = AirDuration.zero
    }

    private struct Key: Hashable {
        var exchange: UInt32
        var correlation: Int
    }

    private struct Trip {
        var record: Int
        var stage: Int
        /// On the reader's CLOCK_MONOTONIC.
        var out: Int64
        var back: Int64
        var origin: Int64
        var turn: AIoTFTurn
        var sent: Int64
    }

    private struct Bounds {
        var lower = Int64.min
        var upper = Int64.max
        var holdsZero: Bool { lower <= 0 && 0 <= upper }
        /// Where the bounds contradict each other a clock has moved: the middle is as good as any.
        var middle: Int64 { lower / 2 + upper / 2 }
        var uncertainty: Int64 { (upper / 2 - lower / 2).magnitude < 1 << 62 ? abs(upper / 2 - lower / 2) : .max }
    }

    private static let windowNanoseconds = Int64(10_000_000_000)

    package static func join(_ records: [ExchangeRecord], _ turns: [AIoTFTurn]) -> Result {
        var result = Result(records: records)
        let trips = match(records, turns, &result)
        let windows = Dictionary(grouping: trips) { $0.out / windowNanoseconds }
        let bounds = windows.mapValues { trips in
            trips.reduce(into: Bounds()) { bounds, trip in
                bounds.lower = max(bounds.lower, trip.sent - trip.back)
                bounds.upper = min(bounds.upper, trip.turn.arrived - trip.out)
            }
        }
        result.isOneClock = bounds.values.allSatisfy(\.holdsZero)
        if !result.isOneClock, let last = bounds.max(by: { $0.key < $1.key })?.value {
            result.offset = AirDuration(nanoseconds: last.middle)
            result.uncertainty = AirDuration(nanoseconds: last.uncertainty)
        }
        // From the last stage of a record to the first: a split moves what comes after it.
        for trip in trips.sorted(by: { ($0.record, $0.stage) > ($1.record, $1.stage) }) {
            let offset = result.isOneClock ? 0 : bounds[trip.out / windowNanoseconds]?.middle ?? 0
            split(trip, offset: offset, &result.records[trip.record])
        }
        return result
    }

    /// Round trips and turns of an exchange are matched in their order, where there are as many of the one as of the other.
    private static func match(_ records: [ExchangeRecord], _ turns: [AIoTFTurn], _ result: inout Result) -> [Trip] {
        let answered = Dictionary(grouping: turns.filter { $0.sent != nil }.sorted { $0.arrived < $1.arrived }) {
            Key(exchange: $0.exchange, correlation: $0.correlation)
        }
        var places: [Key: [(record: Int, stage: Int)]] = [:]
        for (place, record) in records.enumerated() {
            for (stage, next) in zip(record.stages.indices, record.stages.indices.dropFirst())
            where record.stages[stage].name == .aiotf && next < record.stages.count {
                guard let correlation = record.correlation, record.clockOrigin != nil else {
                    result.unmatched += 1
                    continue
                }
                places[Key(exchange: record.exchange, correlation: correlation), default: []].append((place, stage))
            }
        }
        var trips: [Trip] = []
        for (key, places) in places {
            guard let turns = answered[key], turns.count == places.count else {
                result.unmatched += places.count
                continue
            }
            for (place, turn) in zip(places, turns) {
                guard let origin = records[place.record].clockOrigin, let sent = turn.sent else { continue }
                let stage = records[place.record].stages[place.stage]
                let (out, isOutOver) = stage.start.nanoseconds.addingReportingOverflow(origin)
                let (back, isBackOver) = stage.end.nanoseconds.addingReportingOverflow(origin)
                guard !isOutOver, !isBackOver, out >= 0, back >= 0 else { continue }
                trips.append(
                    Trip(
                        record: place.record, stage: place.stage, out: out, back: back, origin: origin, turn: turn,
                        sent: sent))
            }
        }
        result.joined = trips.count
        return trips
    }

    private static func split(_ trip: Trip, offset: Int64, _ record: inout ExchangeRecord) {
        let whole = record.stages[trip.stage]
        var track = TraceTrack(from: whole.start)
        // Times of the AIoTF outside of the round trip are its clock's fault, and end where the round trip does.
        func time(_ nanoseconds: Int64) -> AirTime {
            let (local, _) = nanoseconds.subtractingReportingOverflow(offset)
            let (time, _) = local.subtractingReportingOverflow(trip.origin)
            return min(AirTime(nanoseconds: time), whole.end)
        }
        track.cut(.linkOut, to: time(trip.turn.arrived))
        track.cut(.queue, to: time(trip.turn.taken))
        track.cut(.decide, to: time(trip.turn.decided))
        track.cut(.commit, to: time(trip.sent))
        track.cut(.linkBack, to: whole.end)
        record.stages.replaceSubrange(trip.stage...trip.stage, with: track.stages)
    }
}
