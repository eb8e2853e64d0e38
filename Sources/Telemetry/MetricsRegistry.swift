package import CoreMetrics
import Synchronization

/// All metrics of a process: a factory for swift-metrics, and what `PrometheusText` writes out.
///
/// The number of series is bounded: what comes past it counts into a series that nobody sees, and is counted itself.
package final class MetricsRegistry: Sendable {
    struct Family: Sendable {
        var description: MetricDescription
        /// By their labels as text.
        var series: [String: Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var count = 0
        var refused: Set<String> = []
        var collectors: [@Sendable () -> Void] = []
    }

    /// Of all families together (*ours*).
    package static let mostSeries = 2_000
    private static let mostRefused = 1_000
    private let state = Mutex(State())
    /// What is past the bound.
    private let overflow = Series()

    package init() {}

    /// Says what metrics are; what is in use already stays as it is.
    package func describe(_ descriptions: [MetricDescription]) {
        state.withLock { state in
            for description in descriptions where state.families[description.name] == nil {
                state.families[description.name] = Family(description: description)
            }
        }
    }

    /// Called before the metrics are read, for what is only known when it is asked for; on the reader's thread.
    package func beforeReading(_ collector: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// All families that have series, by name.
    func families() -> [Family] {
        for collector in state.withLock({ $0.collectors }) { collector() }
        return state.withLock { state in
            state.families.values.filter { !$0.series.isEmpty }.sorted { $0.description.name < $1.description.name }
        }
    }

    /// Series that were not taken in, for there are too many.
    package var refusedSeries: Int { state.withLock { $0.refused.count } }

    /// What a counter or gauge holds, or all its series that have the label together; nil where there is none.
    package func value(of name: String, label: String? = nil, is value: String? = nil) -> Double? {
        let series = state.withLock { state -> [Series] in
            guard let family = state.families[name] else { return [] }
            guard let label, let value else { return Array(family.series.values) }
            let wanted = Labels.pair(label, value)
            return family.series.values.filter { $0.labels.contains(wanted) }
        }
        return series.isEmpty ? nil : series.reduce(0) { $0 + $1.value.number }
    }

    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: MetricDescription.Kind) -> Series {
        let name = Labels.name(label)
        let pairs = Labels.pairs(dimensions)
        let labels = pairs.joined(separator: ",")
        return state.withLock { state in
            var family =
                state.families[name]
                ?? Family(description: MetricDescription(name, kind, help: "Not described."))
            if let series = family.series[labels] { return series }
            // One name is one kind of metric: what is of another kind would make the text unreadable.
            guard family.description.kind == kind, state.count < Self.mostSeries else {
                if state.refused.count < Self.mostRefused { state.refused.insert("\(name){\(labels)}") }
                return overflow
            }
            if kind == .histogram, family.description.buckets.isEmpty {
                family.description.buckets = MetricDescription.defaultBuckets
            }
            let series = Series(labels: pairs, bounds: kind == .histogram ? family.description.buckets : [])
            family.series[labels] = series
            state.families[name] = family
            state.count += 1
            return series
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.series[labels] = nil
                state.count -= 1
                return
            }
        }
    }
}

extension MetricsRegistry: MetricsFactory {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }
    /// - Parameter aggregate: a histogram; else a gauge.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? series(label, dimensions, .histogram) : GaugeRecorder(series(label, dimensions, .gauge))
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) {
        remove((handler as? GaugeRecorder)?.series ?? handler)
    }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}

/// A recorder that keeps the last value only.
private final class GaugeRecorder: RecorderHandler {
    let series: Series

    init(_ series: Series) {
        self.series = series
    }

    func record(_ value: Int64) { series.set(value) }
    func record(_ value: Double) { series.set(value) }
}
