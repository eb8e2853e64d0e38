import AIoTBase
import Foundation
package import TraceFile

extension ExchangeRecord {
    /// A line of a trace (docs/tracing.md "The record"); times in nanoseconds.
    package func write(line text: inout TraceText) {
        text.add("{\"exchange\":")
        text.add(Int64(exchange))
        text.add(",\"inventory\":")
        text.add(Int64(inventory))
        text.add(",\"correlation\":", correlation.map(Int64.init))
        text.add(",\"access\":\"\(access)\",\"outcome\":\"\(outcome)\"")
        if continues { text.add(",\"continues\":true") }
        text.add(",\"commands\":")
        text.add(commands)
        text.add(",\"missed\":")
        text.add(missed)
        text.add(",\"startNS\":")
        text.add(start.nanoseconds)
        text.add(",\"totalNS\":")
        text.add(total.nanoseconds)
        text.add(",\"clockOriginNS\":", clockOrigin)
        text.add(",\"wallOriginNS\":", wallOrigin)
        write(stages, as: "stages", &text)
        write(overlaps, as: "overlaps", &text)
        text.add("}\n")
    }

    private func write(_ stages: [TraceStage], as name: String, _ text: inout TraceText) {
        text.add(",\"\(name)\":[")
        for (place, stage) in stages.enumerated() {
            text.add(place == 0 ? "{\"stage\":\"" : ",{\"stage\":\"")
            text.add(stage.name.rawValue)
            text.add("\",\"atNS\":")
            text.add((stage.start - start).nanoseconds)
            text.add(",\"lengthNS\":")
            text.add(stage.length.nanoseconds)
            text.add("}")
        }
        text.add("]")
    }

    /// The record that a line of a trace holds; nil where it holds none.
    package init?(line: some StringProtocol) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let exchange = (object["exchange"] as? Int).flatMap(UInt32.init(exactly:)),
            let inventory = (object["inventory"] as? Int).flatMap(UInt8.init(exactly:)),
            let access = object["access"] as? String, let outcome = object["outcome"] as? String,
            let start = object["startNS"] as? Int64, let stages = Self.stages(object["stages"], from: start),
            !stages.isEmpty, let overlaps = Self.stages(object["overlaps"], from: start)
        else { return nil }
        self.init(
            exchange: exchange, inventory: inventory, correlation: object["correlation"] as? Int, access: access,
            outcome: outcome, continues: object["continues"] as? Bool ?? false,
            commands: object["commands"] as? Int ?? 0,
            missed: object["missed"] as? Int ?? 0, stages: stages, overlaps: overlaps,
            clockOrigin: object["clockOriginNS"] as? Int64, wallOrigin: object["wallOriginNS"] as? Int64)
    }

    private static func stages(_ value: Any?, from start: Int64) -> [TraceStage]? {
        guard let list = value as? [[String: Any]] else { return nil }
        var stages: [TraceStage] = []
        for entry in list {
            guard let name = (entry["stage"] as? String).flatMap(TraceStage.Name.init(rawValue:)),
                let offset = entry["atNS"] as? Int64, let length = entry["lengthNS"] as? Int64, length >= 0
            else { return nil }
            let (begin, isTooEarly) = start.addingReportingOverflow(offset)
            let (end, isTooLong) = begin.addingReportingOverflow(length)
            guard !isTooEarly, !isTooLong else { return nil }
            stages.append(TraceStage(name, AirTime(nanoseconds: begin), AirTime(nanoseconds: end)))
        }
        return stages
    }
}
