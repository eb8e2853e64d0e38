/// Each benchmark has a file of its own.
let benchmarks: [(name: String, run: () -> Void)] = [
    ("estimator", estimatorBenchmark),
    ("air-time", airTimeBenchmark),
]

let wanted = CommandLine.arguments.dropFirst().first
if let benchmark = benchmarks.first(where: { $0.name == wanted }) {
    benchmark.run()
} else {
    print("usage: bench-contention", benchmarks.map(\.name).joined(separator: " | "))
}
