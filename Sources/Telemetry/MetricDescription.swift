/// What a metric is, said before it is used.
package struct MetricDescription: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    package var name: String
    package var kind: Kind
    package var help: String
    /// Upper bounds of a histogram's buckets, ascending; the last, +Inf, goes without saying.
    package var buckets: [Double]

    package init(_ name: String, _ kind: Kind, help: String, buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.buckets = buckets
    }

    /// Of a histogram that nobody has described: 1 ms to 10 s, where it holds seconds.
    static let defaultBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
