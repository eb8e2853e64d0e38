import Glibc

/// The wall clock, for stamps of lines.
enum UTC {
    static var unixNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// As `2026-07-30T12:00:00.123Z`.
    static func stamp(_ unixNanoseconds: Int64) -> String {
        var seconds = time_t(max(unixNanoseconds, 0) / 1_000_000_000)
        var date = tm()
        gmtime_r(&seconds, &date)
        let milliseconds = Int(max(unixNanoseconds, 0) / 1_000_000 % 1_000)
        func digits(_ number: Int, _ count: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(Int(date.tm_year) + 1_900, 4) + "-" + digits(Int(date.tm_mon) + 1) + "-"
            + digits(Int(date.tm_mday)) + "T" + digits(Int(date.tm_hour)) + ":" + digits(Int(date.tm_min)) + ":"
            + digits(Int(date.tm_sec)) + "." + digits(milliseconds, 3) + "Z"
    }
}
