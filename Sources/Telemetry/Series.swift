import CoreMetrics
import Synchronization

/// One series: a metric with one set of label values. It is what swift-metrics calls a handler, of every kind.
package final class Series: Sendable {
    /// What it holds at one instant.
    package struct Value: Hashable, Sendable {
        /// Of a counter or a gauge; the sum of a histogram.
        package var number = 0.0
        /// How often a histogram was given a value.
        package var count = 0
        /// Of each bucket, not yet added up; the last is +Inf.
        package var buckets: [Int]
    }

    /// Each as `a="b"`.
    let labels: [String]
    private let bounds: [Double]
    private let state: Mutex<Value>

    init(labels: [String] = [], bounds: [Double] = []) {
        self.labels = labels
        self.bounds = bounds
        state = Mutex(Value(buckets: bounds.isEmpty ? [] : Array(repeating: 0, count: bounds.count + 1)))
    }

    package var value: Value { state.withLock { $0 } }

    private func add(_ amount: Double) {
        guard amount.isFinite else { return }
        state.withLock { $0.number += amount }
    }

    private func put(_ number: Double) { state.withLock { $0.number = number } }

    private func observe(_ number: Double) {
        guard number.isFinite else { return }
        let place = bounds.firstIndex { number <= $0 } ?? bounds.count
        state.withLock { value in
            value.number += number
            value.count += 1
            if value.buckets.indices.contains(place) { value.buckets[place] += 1 }
        }
    }
}

// A counter never goes back: what is negative is left out, and so is `reset`.
extension Series: CounterHandler, FloatingPointCounterHandler {
    package func increment(by amount: Int64) { add(Double(max(amount, 0))) }
    package func increment(by amount: Double) { add(max(amount, 0)) }
    package func reset() {}
}

extension Series: MeterHandler {
    package func set(_ value: Int64) { put(Double(value)) }
    package func set(_ value: Double) { put(value) }
    package func decrement(by amount: Double) { add(-amount) }
}

extension Series: RecorderHandler, TimerHandler {
    package func record(_ value: Int64) { observe(Double(value)) }
    package func record(_ value: Double) { observe(value) }
    package func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
}
