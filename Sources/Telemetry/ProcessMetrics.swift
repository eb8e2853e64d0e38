import CoreMetrics
import Foundation
import Glibc

/// What the system knows of this process, read when it is asked for.
package struct ProcessMetrics: Sendable {
    private let memory: Meter
    private let cpu: FloatingPointCounter
    private let files: Meter
    private let registry: MetricsRegistry
    private let cpuName: String

    /// - Parameter prefix: of the names, as `aiot_reader_`.
    package init(prefix: String, registry: MetricsRegistry) {
        cpuName = prefix + "process_cpu_seconds_total"
        registry.describe([
            MetricDescription(prefix + "process_resident_memory_bytes", .gauge, help: "Resident memory."),
            MetricDescription(cpuName, .counter, help: "Processor time, user and system."),
            MetricDescription(prefix + "process_open_files", .gauge, help: "Open file descriptors."),
            MetricDescription(prefix + "process_start_time_seconds", .gauge, help: "When it started, Unix time."),
        ])
        self.registry = registry
        memory = Meter(label: prefix + "process_resident_memory_bytes", factory: registry)
        cpu = FloatingPointCounter(label: cpuName, factory: registry)
        files = Meter(label: prefix + "process_open_files", factory: registry)
        let start = Date.now.timeIntervalSince1970
        Meter(label: prefix + "process_start_time_seconds", factory: registry).set(start)
        let metrics = self
        registry.beforeReading { metrics.read() }
    }

    private func read() {
        if let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " "),
            pages.count > 1, let resident = Int(pages[1])
        {
            memory.set(resident * sysconf(Int32(_SC_PAGESIZE)))
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") { files.set(open.count) }
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return }
        let total = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        cpu.increment(by: total - (registry.value(of: cpuName) ?? 0))
    }
}
