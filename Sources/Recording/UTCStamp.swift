import Glibc

/// The wall clock, for stamps.
enum UTCStamp {
    /// Nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// `2026-01-31T12:00:00.000000Z`, as SigMF wants it.
    static func text(_ unixNanoseconds: Int64) -> String {
        let parts = parts(unixNanoseconds)
        let fraction = max(unixNanoseconds, 0) / 1_000 % 1_000_000
        return "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5]).\(padded(fraction, 6))Z"
    }

    /// `20260131T120000Z`, for names of files.
    static func compact(_ unixNanoseconds: Int64) -> String {
        let parts = parts(unixNanoseconds)
        return parts[..<3].joined() + "T" + parts[3...].joined() + "Z"
    }

    /// Year, month, day, hour, minute, second.
    private static func parts(_ unixNanoseconds: Int64) -> [String] {
        var seconds = time_t(max(unixNanoseconds, 0) / 1_000_000_000)
        var date = tm()
        gmtime_r(&seconds, &date)
        return [padded(Int64(date.tm_year) + 1_900, 4)]
            + [date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec].map { padded(Int64($0), 2) }
    }
}

/// `value` with zeros before it.
func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
