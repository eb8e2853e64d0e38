import Metrics

/// A counter with one series for each value of a label, all of them there from the start: a rate needs a beginning.
struct LabelledCounters: Sendable {
    private let counters: [String: Counter]

    /// - Parameter fixed: labels that all of them have.
    init(
        _ name: String, _ label: String, _ values: [String], fixed: [(String, String)] = [],
        _ factory: any MetricsFactory
    ) {
        counters = Dictionary(
            values.map { ($0, Counter(label: name, dimensions: fixed + [(label, $0)], factory: factory)) },
            uniquingKeysWith: { first, _ in first })
    }

    func increment(_ value: String, by amount: Int64 = 1) {
        guard amount > 0 else { return }
        counters[value]?.increment(by: amount)
    }
}

/// Frames by type of message and fate.
struct FrameCounters: Sendable {
    private let counters: [String: LabelledCounters]

    init(_ name: String, types: [String], fates: [String], _ factory: any MetricsFactory) {
        counters = Dictionary(
            types.map { ($0, LabelledCounters(name, "fate", fates, fixed: [("type", $0)], factory)) },
            uniquingKeysWith: { first, _ in first })
    }

    func increment(_ type: String, _ fate: String) { counters[type]?.increment(fate) }
}
