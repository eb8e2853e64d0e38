import Doctor
import Testing

/// Facts out of a tree of files that stands for a system.
@Suite struct SystemFactsTests {
    private let fake = FakeTree()

    private func facts(user: UInt32 = 1_000, groups: [UInt32] = [1_000]) -> MachineFacts {
        MachineFacts(
            fake.tree, stateDirectory: "/state", userID: user, groupIDs: groups, unixSeconds: 1_800_000_000)
    }

    @Test func aBareTreeGivesFactsThatAreJudgedWithoutATrap() {
        let facts = facts()
        #expect(facts.user.name == "1000")
        #expect(!facts.user.groupExists)
        #expect(facts.realTimePriority == 0)
        #expect(facts.usbMemoryMegabytes == nil)
        #expect(facts.stateDirectory.state == .missing)
        #expect(Examination(facts).findings.contains { $0.verdict == .problem })
    }

    @Test(
        arguments: [
            ("aiot:x:977:ada", [1_000], true, false), ("aiot:x:977:ada,bob", [1_000, 977], true, true),
            ("aiot:x:977:", [1_000], false, false), ("aiot:x:977:adam", [977], false, true),
        ] as [(String, [UInt32], Bool, Bool)])
    func whoIsInTheGroupIsToldFromWhoWillBe(line: String, groups: [UInt32], isMember: Bool, isIn: Bool) throws {
        try fake.write("root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh", to: "etc/passwd")
        try fake.write("root:x:0:\n\(line)", to: "etc/group")
        let user = facts(groups: groups).user
        #expect(user.name == "ada")
        #expect(user.groupExists)
        #expect(user.isMember == isMember)
        #expect(user.isInGroup == isIn)
    }

    @Test func rulesAreFoundWhereverUdevReadsThemTheStrongestFirst() throws {
        try fake.write("", to: "usr/lib/udev/rules.d/60-libhackrf0.rules")
        try fake.write("", to: "usr/lib/udev/rules.d/50-aiot-reader.rules")
        try fake.write("", to: "etc/udev/rules.d/70-aiot-reader.rules")
        let facts = facts()
        #expect(facts.hasHackRFRule)
        #expect(
            facts.ruleFiles == ["/etc/udev/rules.d/70-aiot-reader.rules", "/usr/lib/udev/rules.d/50-aiot-reader.rules"])
    }

    @Test func programsThatRunAreKnownByName() throws {
        try fake.write("ModemManager", to: "proc/71/comm")
        try fake.write("systemd-timesyn", to: "proc/72/comm")
        try fake.write("chronyd", to: "proc/irq/comm")
        let facts = facts()
        #expect(facts.modemManagerRuns)
        #expect(facts.clock.keepers == ["systemd-timesyn"])
    }

    @Test(arguments: [
        ("0000000000000000", "0", 0), ("0000000000000000", "20", 20), ("0000000000000000", "unlimited", 99),
        ("0000000000800000", "0", 99), ("000001ffffffffff", "0", 99), ("rubbish", "rubbish", 0),
    ])
    func realTimeIsPermittedByTheLimitOrByTheCapability(capabilities: String, limit: String, priority: Int) throws {
        try fake.write("Name:\tx\nCapEff:\t\(capabilities)", to: "proc/self/status")
        try fake.write(
            "Limit   Soft Limit  Hard Limit  Units\nMax realtime priority     \(limit)   \(limit)   ",
            to: "proc/self/limits")
        #expect(facts().realTimePriority == priority)
    }

    @Test func theMachineIsReadFromItsFiles() throws {
        try fake.write("1000", to: "sys/module/usbcore/parameters/usbfs_memory_mb")
        try fake.write("cpu  1 2 3\ncpu0 1 1 1\ncpu1 0 1 2\nintr 5\nctxt 7", to: "proc/stat")
        try fake.write("", to: "usr/lib/x86_64-linux-gnu/librtlsdr.so.0.6.0")
        try fake.write("", to: "state/epoch")
        let facts = facts()
        #expect(facts.usbMemoryMegabytes == 1_000)
        #expect(facts.processors == 2)
        #expect(facts.hasLibrtlsdr)
        guard case .writable(let free) = facts.stateDirectory.state else {
            Issue.record("\(facts.stateDirectory)")
            return
        }
        #expect(free > 0)
    }

    /// Sizes of these files are not what can be read.
    @Test func theFilesOfTheRealKernelAreReadToo() {
        let facts = MachineFacts(
            SystemTree(), stateDirectory: "/tmp", userID: 0, groupIDs: [0], unixSeconds: 1_800_000_000)
        #expect(facts.user.name == "root")
        #expect(facts.user.isRoot)
        #expect(facts.processors > 0)
    }

    @Test func theReceiversSpeedIsMeasured() {
        #expect(ReceiverSpeed.samplesPerSecond(sampleRateHz: 1.92e6, for: .milliseconds(20)) > 0)
    }
}
