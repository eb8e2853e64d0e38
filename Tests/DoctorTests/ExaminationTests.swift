import Doctor
import SDR
import Testing
import Transceiver
import USBTransport

/// Every finding from facts that are planted one at a time.
@Suite struct ExaminationTests {
    private typealias Case = (
        change: @Sendable (inout MachineFacts) throws -> Void, check: Finding.Check, verdict: Finding.Verdict,
        says: String,
        remedy: String
    )

    /// What is changed about a machine on which nothing is wrong, and what is found then.
    private static let cases: [Case] = [
        ({ $0.configuration = .none }, .configuration, .ok, "not looked at", "--config"),
        ({ $0.configuration = .unusable(["a:1:2: no"]) }, .configuration, .problem, "a:1:2: no", "correct it"),
        ({ $0.usbFailure = "no bus" }, .boxes, .problem, "no bus", "/dev/bus/usb"),
        ({ ($0.boxes, $0.wanted) = ([], []) }, .boxes, .problem, "no box that we know", "cable"),
        ({ $0.boxes = [] }, .boxes, .problem, "wants a hackrf, which is not there", "cable"),
        ({ $0.wanted = [.init(.hackRF, .serial("ff"))] }, .boxes, .problem, "ends with ff", "bus 001 device 004"),
        ({ $0.wanted = [.init(.pluto, .only)] }, .boxes, .problem, "wants a pluto", "cable"),
        ({ $0.wanted = [.init(.hackRF, .address(bus: 3, device: 1))] }, .boxes, .problem, "bus 3 device 1", "plug"),
        ({ $0.boxes.append($0.boxes[0]) }, .boxes, .problem, "and 2 are there", "serial:"),
        ({ $0.boxes = [try inDFUMode()] }, .boxes, .problem, "DFU", "reset button"),
        ({ $0.boxes[0].device.release = 0x0104 }, .firmware, .warning, "API 1.04", "hackrf_spiflash"),
        ({ $0.boxes[0].access = .noPermission }, .permission, .problem, "by ada", "plug it in again"),
        ({ $0.boxes[0].access = .busy }, .permission, .warning, "in use", "fuser -v /dev/bus/usb/001/004"),
        (
            { $0.boxes[0].access = .failed(USBError(.inputOutput, "opening it")) }, .permission, .problem, "opening it",
            "another cable"
        ),
        (
            { $0.boxes[0].access = .failed(USBError(.noMemory, "opening it")) }, .permission, .problem, "no memory",
            "usbfs_memory_mb"
        ),
        ({ $0.ruleFiles = [] }, .udevRule, .problem, "no rule", "install -m 644 udev/70-aiot-reader.rules"),
        ({ ($0.ruleFiles, $0.user.isRoot) = ([], true) }, .udevRule, .warning, "no rule", "install"),
        ({ $0.ruleFiles = ["/etc/50-aiot-reader.rules"] }, .udevRule, .problem, "before 60-libhackrf0", "rename"),
        ({ $0.ruleFiles = ["/etc/99-aiot-reader.rules"] }, .udevRule, .warning, "after 73-seat-late", "rename"),
        ({ $0.boxes[0].kernelDriver = "hackrf" }, .kernelDriver, .problem, "driver hackrf", "blacklist hackrf"),
        ({ $0.boxes[0].kernelDriver = "usbfs" }, .kernelDriver, .warning, "another program", "fuser"),
        ({ ($0.modemManagerRuns, $0.ruleFiles) = (true, []) }, .modemManager, .warning, "ModemManager", "apt remove"),
        ({ $0.boxes[0].speedMegabits = 12 }, .usbSpeed, .problem, "12 Mbit/s", "cable"),
        ({ try shareHub(&$0) }, .usbHub, .warning, "share the hub at 1-2", "straight"),
        ({ $0.usbMemoryMegabytes = 8 }, .usbMemory, .problem, "8 MB", "echo 16 >"),
        ({ $0.sampleRateHz = 20e6 }, .usbMemory, .problem, "64 are needed", "usbcore.usbfs_memory_mb=64"),
        ({ $0.realTimePriority = 0 }, .realTime, .warning, "no real-time", "ada - rtprio"),
        ({ $0.receiverSamplesPerSecond = 1e6 }, .processor, .problem, "0.5 times", "sample-rate-hz"),
        ({ $0.receiverSamplesPerSecond = 3e6 }, .processor, .warning, "little is left", "faster machine"),
        ({ $0.processors = 1 }, .processor, .warning, "no second processor", "faster machine"),
        ({ $0.clock.unixSeconds = 86_400 }, .clock, .problem, "years behind", "timedatectl"),
        ({ $0.clock.keepers = [] }, .clock, .warning, "nothing keeps", "chrony"),
        ({ $0.certificates = [.unusable("a.key holds no key")] }, .certificates, .problem, "no key", "reload"),
        ({ $0.certificates = [dated(-1)] }, .certificates, .problem, "a.pem expired on 2027-01-02", "reload"),
        ({ $0.certificates = [dated(13)] }, .certificates, .warning, "13 days more", "reload"),
        ({ $0.certificates = [dated(9, hasBegun: false)] }, .certificates, .problem, "before 2026-01-02", "date"),
        ({ $0.links = [link("no", "no")] }, .links, .problem, "core: no", "tries again"),
        ({ $0.links = [link("no", nil)] }, .links, .warning, "core: no", "tries again"),
        ({ $0.stateDirectory.state = .missing }, .stateDirectory, .warning, "not there", "install -d -o ada"),
        (
            { $0.stateDirectory.state = .notWritable }, .stateDirectory, .problem, "not be written by ada",
            "sudo -u aiot"
        ),
        ({ $0.stateDirectory.state = .writable(freeMegabytes: 3) }, .stateDirectory, .problem, "3 MB left", "room"),
        ({ $0.boxes.append(try Facts.box(Facts.rtlSDR)) }, .rtlSDR, .problem, "not there", "apt install"),
        ({ $0.wanted.append(.init(.rtlSDR, .only)) }, .rtlSDR, .problem, "not there", "apt install"),
    ]

    private static func dated(_ days: Int, hasBegun: Bool = true) -> MachineFacts.Certificate {
        .dated(file: "a.pem", hasBegun: hasBegun, firstDay: "2026-01-02", lastDay: "2027-01-02", daysLeft: days)
    }

    /// A link with two endpoints, and what came of each.
    private static func link(_ problems: String?...) -> MachineFacts.Link {
        .init(name: "core", endpoints: problems.map { .init(address: "tls://a:1", problem: $0) })
    }

    private static func inDFUMode() throws -> BoxFacts {
        var device = Facts.hackRF
        (device.vendorID, device.productID) = (0x1FC9, 0x000C)
        return try Facts.box(device)
    }

    private static func shareHub(_ facts: inout MachineFacts) throws {
        facts.boxes[0].path = "1-2.1"
        var other = try Facts.box(Facts.pluto)
        other.path = "1-2.4.1"
        facts.boxes.append(other)
    }

    @Test(arguments: cases.indices)
    func whatIsWrongIsFoundWithItsRemedy(index: Int) throws {
        let planted = Self.cases[index]
        var facts = try Facts.machine()
        try planted.change(&facts)
        let found = Examination(facts).findings.filter { $0.check == planted.check }
        #expect(
            found.contains { finding in
                finding.verdict == planted.verdict && finding.text.contains(planted.says)
                    && finding.remedy?.contains(planted.remedy) == true
            }, "\(found)")
    }

    @Test func aMachineOnWhichNothingIsWrongPassesEveryCheck() throws {
        let findings = Examination(try Facts.machine()).findings
        #expect(findings.allSatisfy { $0.verdict == .ok && $0.remedy == nil }, "\(findings)")
        #expect(findings.map(\.check) == Finding.Check.allCases)
    }

    @Test func everyProblemAndWarningSaysWhatToDo() throws {
        for planted in Self.cases {
            var facts = try Facts.machine()
            try planted.change(&facts)
            for finding in Examination(facts).findings where finding.verdict != .ok {
                #expect(finding.remedy?.isEmpty == false, "\(finding)")
            }
        }
    }

    @Test func everyCheckHasACaseThatFails() {
        let failing = Set(Self.cases.filter { $0.verdict != .ok }.map(\.check))
        #expect(failing == Set(Finding.Check.allCases))
    }

    /// The steps are told one at a time, in the order in which they are done.
    @Test func aBoxThatMayNotBeOpenedLeadsToTheNextStepThatIsMissing() throws {
        var facts = try Facts.machine()
        facts.boxes[0].access = .noPermission
        (facts.user.groupExists, facts.user.isMember, facts.user.isInGroup) = (false, false, false)
        facts.ruleFiles = []
        func remedy() -> String { Examination(facts).findings.first { $0.check == .permission }?.remedy ?? "" }
        #expect(remedy().contains("systemd-sysusers"))
        facts.user.groupExists = true
        #expect(remedy().contains("udevadm control --reload"))
        facts.ruleFiles = ["/etc/udev/rules.d/70-aiot-reader.rules"]
        #expect(remedy().contains("usermod -aG aiot ada"))
        facts.user.isMember = true
        #expect(remedy().contains("log in again"))
        facts.user.isInGroup = true
        #expect(remedy().contains("plug it in again"))
    }

    @Test func simulatedDevicesNeedNoBox() throws {
        var facts = try Facts.machine()
        (facts.boxes, facts.wanted, facts.needsBoxes) = ([], [], false)
        (facts.ruleFiles, facts.realTimePriority, facts.receiverSamplesPerSecond) = ([], 0, 1)
        #expect(Examination(facts).findings.allSatisfy { $0.verdict == .ok })
    }

    @Test func twoBoxesInTheMachineItselfShareNoHub() throws {
        var facts = try Facts.machine()
        facts.boxes.append(try Facts.box(Facts.pluto))
        #expect(Examination(facts).findings.first { $0.check == .usbHub }?.verdict == .ok)
    }
}
