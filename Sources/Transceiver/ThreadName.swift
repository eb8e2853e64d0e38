import Glibc

/// What a thread is called in /proc, for those who look at threads.
package enum ThreadName {
    /// Names the calling thread; the system keeps 15 octets.
    package static func set(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }
}
