import CoreMetrics
import Metrics
import Testing

@testable import Telemetry

@Suite struct PrometheusTextTests {
    @Test func aCounterHasHelpTypeAndOneLineASeries() {
        let registry = MetricsRegistry()
        registry.describe([.init("t_frames_total", .counter, help: "Frames \\ and\nlines.")])
        Counter(label: "t_frames_total", dimensions: [("type", "b"), ("fate", "x")], factory: registry).increment(by: 3)
        Counter(label: "t_frames_total", dimensions: [("fate", "a"), ("type", "b")], factory: registry).increment()
        #expect(
            PrometheusText.write(registry) == """
                # HELP t_frames_total Frames \\\\ and\\nlines.
                # TYPE t_frames_total counter
                t_frames_total{fate="a",type="b"} 1
                t_frames_total{fate="x",type="b"} 3

                """)
    }

    @Test func aHistogramAddsItsBucketsUp() {
        let registry = MetricsRegistry()
        registry.describe([.init("t_seconds", .histogram, help: "T.", buckets: [0.5, 1])])
        let timer = Timer(label: "t_seconds", dimensions: [("link", "a")], factory: registry)
        for milliseconds in [100, 500, 700, 3_000] { timer.recordMilliseconds(milliseconds) }
        #expect(
            PrometheusText.write(registry) == """
                # HELP t_seconds T.
                # TYPE t_seconds histogram
                t_seconds_bucket{link="a",le="0.5"} 2
                t_seconds_bucket{link="a",le="1"} 3
                t_seconds_bucket{link="a",le="+Inf"} 4
                t_seconds_sum{link="a"} 4.3
                t_seconds_count{link="a"} 4

                """)
    }

    @Test func namesAndLabelsFromOutsideStayWithinTheFormat() {
        let registry = MetricsRegistry()
        Meter(label: "9 t{}\n", dimensions: [("a-b", "x\"\\\n}"), ("a_b", "second")], factory: registry).set(1)
        let text = PrometheusText.write(registry)
        #expect(text.contains("_9_t___{a_b=\"x\\\"\\\\\\n}\"} 1\n"), "\(text)")
        #expect(text.split(separator: "\n").count == 3)
    }

    /// To Swift, a line end behind \\r and a quote below an accent are other characters.
    @Test(arguments: ["x\r\nforged 1", "x\"\u{301} 1\nforged"])
    func noLabelEndsItsLine(value: String) {
        let registry = MetricsRegistry()
        Meter(label: "t", dimensions: [("a", value)], factory: registry).set(1)
        let lines = PrometheusText.write(registry).unicodeScalars.split(separator: "\n")
        #expect(lines.count == 3, "\(lines.map { String($0) })")
        let quotes = lines.last?.split(separator: "\"", omittingEmptySubsequences: false).filter { $0.last != "\\" }
        #expect(quotes?.count == 3)
    }

    @Test(arguments: [(1.0, "1"), (0.25, "0.25"), (-3, "-3"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN")])
    func numbersAreAsPrometheusReadsThem(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}

@Suite struct MetricsRegistryTests {
    @Test func aCounterNeverGoesBack() {
        let registry = MetricsRegistry()
        let counter = FloatingPointCounter(label: "t_total", factory: registry)
        counter.increment(by: 2.5)
        counter.increment(by: -1)
        counter.increment(by: Double.nan)
        counter.increment(by: Double.infinity)
        counter.reset()
        #expect(registry.value(of: "t_total") == 2.5)
    }

    @Test func theNumberOfSeriesIsBoundedAndWhatIsLeftOutIsCounted() {
        let registry = MetricsRegistry()
        for number in 0..<(MetricsRegistry.mostSeries + 50) {
            Counter(label: "t_total", dimensions: [("id", "\(number)")], factory: registry).increment()
        }
        #expect(registry.value(of: "t_total") == Double(MetricsRegistry.mostSeries))
        #expect(registry.refusedSeries == 50)
    }

    @Test func aNameIsOfOneKind() {
        let registry = MetricsRegistry()
        Counter(label: "t", factory: registry).increment()
        Meter(label: "t", dimensions: [("a", "b")], factory: registry).set(7)
        #expect(registry.value(of: "t") == 1)
        #expect(registry.refusedSeries == 1)
    }

    @Test func aValueIsOfOneSeriesOrOfAllThatHaveTheLabel() {
        let registry = MetricsRegistry()
        for (type, fate, count) in [("a", "x", 1), ("b", "x", 10), ("b", "y", 100)] {
            Counter(label: "t_total", dimensions: [("type", type), ("fate", fate)], factory: registry)
                .increment(by: count)
        }
        #expect(registry.value(of: "t_total") == 111)
        #expect(registry.value(of: "t_total", label: "fate", is: "x") == 11)
        #expect(registry.value(of: "t_total", label: "fate", is: "z") == nil)
        #expect(registry.value(of: "other") == nil)
    }

    @Test func aLabelMayHaveCommasAndQuotes() {
        let registry = MetricsRegistry()
        let name = #"one, "two""#
        Counter(label: "t_total", dimensions: [("link", name), ("a", "b")], factory: registry).increment(by: 3)
        #expect(registry.value(of: "t_total", label: "link", is: name) == 3)
    }

    @Test func aDestroyedSeriesIsGone() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "t_total", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(PrometheusText.write(registry).isEmpty)
    }

    @Test func theProcessIsMeasured() {
        let registry = MetricsRegistry()
        _ = ProcessMetrics(prefix: "t_", registry: registry)
        let text = PrometheusText.write(registry)
        for name in ["resident_memory_bytes", "cpu_seconds_total", "open_files", "start_time_seconds"] {
            #expect((registry.value(of: "t_process_" + name) ?? 0) > 0, "\(text)")
        }
    }
}
