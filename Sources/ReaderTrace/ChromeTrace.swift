import AIoTBase
package import TraceFile

/// Writes records for about:tracing and Perfetto: the array form of Chrome's trace format, complete events.
///
/// A process for each row (air, reader, link, AIoTF, spool), a thread for each lane: exchanges that overlap have different
/// lanes, the same in every row; what happened beside an exchange's stages is a lane of its own.
package struct ChromeTrace: Sendable {
    /// When the last exchange of each lane has ended.
    private var lanes: [AirTime] = []
    private var overlapLanes: [AirTime] = []

    /// Overlaps have threads from here on.
    private static let firstOverlapLane = 10_000

    package init() {}

    package static var form: TraceForm {
        let names = TraceStage.Row.allCases.map { row in
            #"{"name":"process_name","ph":"M","pid":\#(row.rawValue),"tid":0,"args":{"name":"\#(row.title)"}}"#
        }
        return TraceForm(header: [UInt8](("[\n" + names.joined(separator: ",\n")).utf8), footer: [UInt8]("\n]\n".utf8))
    }

    /// Appends the events of a record, each behind a comma.
    package mutating func write(_ record: ExchangeRecord, _ text: inout TraceText) {
        guard !record.stages.isEmpty else { return }
        let lane = Self.take(&lanes, from: record.start, to: record.end)
        for stage in record.stages { write(stage, of: record.exchange, lane: lane + 1, &text) }
        for stage in record.overlaps {
            let lane = Self.take(&overlapLanes, from: stage.start, to: stage.end)
            write(stage, of: record.exchange, lane: lane + Self.firstOverlapLane, &text)
        }
    }

    /// The first lane that is free since `start`.
    private static func take(_ lanes: inout [AirTime], from start: AirTime, to end: AirTime) -> Int {
        guard let free = lanes.firstIndex(where: { $0 <= start }) else {
            lanes.append(end)
            return lanes.count - 1
        }
        lanes[free] = end
        return free
    }

    private func write(_ stage: TraceStage, of exchange: UInt32, lane: Int, _ text: inout TraceText) {
        text.add(",\n{\"name\":\"")
        text.add(stage.name.rawValue)
        text.add("\",\"cat\":\"exchange\",\"ph\":\"X\",\"ts\":")
        text.addMicroseconds(stage.start.nanoseconds)
        text.add(",\"dur\":")
        text.addMicroseconds(stage.length.nanoseconds)
        text.add(",\"pid\":")
        text.add(stage.name.row.rawValue)
        text.add(",\"tid\":")
        text.add(lane)
        text.add(",\"args\":{\"exchange\":")
        text.add(Int64(exchange))
        text.add("}}")
    }
}
