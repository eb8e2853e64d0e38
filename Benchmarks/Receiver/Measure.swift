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
