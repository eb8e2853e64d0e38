import ServiceManager
import Testing

@Suite struct ServiceWatchdogTests {
    @Test func aServiceSaysThatItLivesInAThirdOfTheTime() {
        let watchdog = ServiceWatchdog(microseconds: "10000000", process: "7", own: 7)
        #expect(watchdog?.microseconds == 10_000_000)
        #expect(watchdog?.intervalMicroseconds == 3_333_333)
        #expect(ServiceWatchdog(microseconds: "1", process: nil, own: 7)?.intervalMicroseconds == 1_000, "no busy loop")
    }

    @Test(arguments: [(nil, nil), ("0", nil), ("-5", nil), ("ten", nil), ("", nil), ("5", "8"), ("5", "x")])
    func noWatchdogWaitsForWhoIsNotMeant(microseconds: String?, process: String?) {
        #expect(ServiceWatchdog(microseconds: microseconds, process: process, own: 7) == nil)
    }
}
