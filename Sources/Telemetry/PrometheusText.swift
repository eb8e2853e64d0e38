/// All metrics of a registry in the text format 0.0.4 (prometheus.io, "Exposition formats").
package enum PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package static func write(_ registry: MetricsRegistry) -> String {
        var text = ""
        for family in registry.families() {
            let description = family.description
            let help = description.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            text += "# HELP \(description.name) \(help)\n# TYPE \(description.name) \(description.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                if description.kind == .histogram {
                    append(series.value, of: description, labels, to: &text)
                } else {
                    text += "\(description.name)\(braced(labels)) \(number(series.value.number))\n"
                }
            }
        }
        return text
    }

    private static func append(
        _ value: Series.Value, of description: MetricDescription, _ labels: String, to text: inout String
    ) {
        let before = labels.isEmpty ? "" : labels + ","
        var sum = 0
        for (bound, count) in zip(description.buckets.map(number) + ["+Inf"], value.buckets) {
            sum += count
            text += "\(description.name)_bucket{\(before)le=\"\(bound)\"} \(sum)\n"
        }
        text += "\(description.name)_sum\(braced(labels)) \(number(value.number))\n"
        text += "\(description.name)_count\(braced(labels)) \(value.count)\n"
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    /// A whole number without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
