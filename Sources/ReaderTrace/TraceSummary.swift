package import AIoTBase

/// How long the stages of a trace take.
package struct TraceSummary: Sendable {
    package struct Row: Sendable {
        /// nil: all stages of an exchange together.
        package var stage: TraceStage.Name?
        /// Stages of this name; an exchange may have several.
        package var count: Int
        package var median: AirDuration
        package var p95: AirDuration
        package var p99: AirDuration
        /// Of the time of all exchanges, 0 to 1.
        package var share: Double
    }

    private var lengths: [TraceStage.Name: [Int64]] = [:]
    private var totals: [Int64] = []
    package private(set) var outcomes: [String: Int] = [:]
    /// The greatest difference between the total of an exchange and the sum of its stages, as a part of the total.
    package private(set) var largestDifference = 0.0

    package init() {}

    package var exchanges: Int { totals.count }

    package mutating func add(_ record: ExchangeRecord) {
        let total = record.total.nanoseconds
        totals.append(total)
        outcomes[record.outcome, default: 0] += 1
        var sum = Int64(0)
        for stage in record.stages {
            lengths[stage.name, default: []].append(stage.length.nanoseconds)
            sum &+= stage.length.nanoseconds
        }
        guard total > 0 else { return }
        largestDifference = max(largestDifference, abs(Double(sum) - Double(total)) / Double(total))
    }

    /// One for each stage that there was, in their order, and one for whole exchanges.
    package var rows: [Row] {
        let all = totals.reduce(0.0) { $0 + Double($1) }
        return TraceStage.Name.allCases.compactMap { name in lengths[name].map { Self.row(name, $0, of: all) } }
            + [Self.row(nil, totals, of: all)]
    }

    private static func row(_ stage: TraceStage.Name?, _ lengths: [Int64], of all: Double) -> Row {
        let sorted = lengths.sorted()
        func quantile(_ part: Double) -> AirDuration {
            let place = min(sorted.count - 1, Int(Double(sorted.count) * part))
            return AirDuration(nanoseconds: place >= 0 ? sorted[place] : 0)
        }
        let sum = lengths.reduce(0.0) { $0 + Double($1) }
        return Row(
            stage: stage, count: lengths.count, median: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99),
            share: all > 0 ? sum / all : 0)
    }
}
