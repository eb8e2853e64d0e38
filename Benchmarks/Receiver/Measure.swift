import Glibc

/// Nanoseconds of the processor that this thread has had so far.
private func processorNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Nanoseconds of the processor that `body` takes: what other programs take of it does not count.
func nanosecondsOfProcessor(_ body: () -> Void) -> Double {
    let start = processorNanoseconds()
    body()
    return Double(processorNanoseconds() - start)
}

/// Nanoseconds that `body` takes.
func nanoseconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return Double((ContinuousClock.now - start) / .nanoseconds(1))
}

extension [Double] {
    /// The value that this share of all lies at or below; 0 when there are none.
    func quantile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.min(Int(share * Double(count)), count - 1)]
    }

    var median: Double { quantile(0.5) }
}

extension Double {
    func text(_ decimals: Int) -> String {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int((self * scale).rounded())
        guard decimals > 0 else { return "\(whole)" }
        let digits = "\(whole.magnitude)"
        let padded = String(repeating: "0", count: Swift.max(decimals + 1 - digits.count, 0)) + digits
        return (whole < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}
