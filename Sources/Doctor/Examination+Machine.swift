import SDR

/// What is judged of the machine itself.
extension Examination {
    var udevRule: [Finding] {
        guard let path = facts.ruleFiles.first else {
            return [
                Finding(
                    .udevRule, facts.user.isRoot ? .warning : .problem,
                    "no rule of udev gives the boxes to the group \(Permission.group)", remedy: Permission.installation)
            ]
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if facts.hasHackRFRule, name < "60-libhackrf0.rules" {
            return [
                Finding(
                    .udevRule, .problem,
                    "\(path) sorts before 60-libhackrf0.rules, which takes HackRF boxes away again",
                    remedy: "rename it to \(Permission.rule)")
            ]
        }
        if name > "73-seat-late.rules" {
            return [
                Finding(
                    .udevRule, .warning, "\(path) sorts after 73-seat-late.rules: the user at the seat gets no access",
                    remedy: "rename it to \(Permission.rule)")
            ]
        }
        return [Finding(.udevRule, .ok, "\(path) is in place")]
    }

    var modemManager: [Finding] {
        guard facts.modemManagerRuns, facts.ruleFiles.isEmpty else { return [] }
        return [
            Finding(
                .modemManager, .warning, "ModemManager runs, and will open boxes to look for a modem in them",
                remedy: "\(Permission.installation), or apt remove modemmanager")
        ]
    }

    /// 16 MB are the kernel's own default; *ours*: they last for two boxes up to 10 MS/s.
    var usbMemory: [Finding] {
        guard let limit = facts.usbMemoryMegabytes else {
            return [Finding(.usbMemory, .ok, "the kernel does not tell its limit")]
        }
        let needed = facts.sampleRateHz > 10e6 ? 64 : 16
        guard limit != 0, limit < needed else {
            return [Finding(.usbMemory, .ok, limit == 0 ? "without a limit" : "\(limit) MB, \(needed) needed")]
        }
        return [
            Finding(
                .usbMemory, .problem, "USB transfers may use \(limit) MB of memory, and \(needed) are needed",
                remedy: "echo \(needed) >/sys/module/usbcore/parameters/usbfs_memory_mb; to keep it boot with "
                    + "usbcore.usbfs_memory_mb=\(needed)")
        ]
    }

    var realTime: Finding {
        if facts.realTimePriority > 0 {
            return Finding(.realTime, .ok, "priority \(facts.realTimePriority) is permitted")
        }
        return Finding(
            .realTime, .warning, "no real-time priority: samples are lost when other programs are busy",
            remedy: "the unit of systemd permits it; without it, as root: echo '\(facts.user.name) - rtprio 20' "
                + ">/etc/security/limits.d/aiot-reader.conf, then log in again")
    }

    /// The receiver is one thread; *ours*: it should idle for half of the time.
    var processor: [Finding] {
        guard let measured = facts.receiverSamplesPerSecond else { return [] }
        let factor = measured / facts.sampleRateHz
        let rounded = (factor * 10).rounded() / 10
        let text =
            "the receiver takes \((measured / 1e5).rounded() / 10) MS/s, \(rounded) times the rate of "
            + "\(facts.sampleRateHz / 1e6) MS/s"
        if factor >= 2, facts.processors >= 2 { return [Finding(.processor, .ok, text)] }
        let remedy = "a smaller `sample-rate-hz`, a faster machine, or fewer other programs on this one"
        if factor < 1 { return [Finding(.processor, .problem, text, remedy: remedy)] }
        let why = factor < 2 ? "little is left for other work" : "and there is no second processor for USB"
        return [Finding(.processor, .warning, "\(text): \(why)", remedy: remedy)]
    }

    var clock: Finding {
        // 2026-01-01: before the first version of this program.
        if facts.clock.unixSeconds < 1_767_225_600 {
            return Finding(
                .clock, .problem, "the clock is years behind: every certificate will be refused",
                remedy: "timedatectl set-ntp true, or set it: date --set '…'")
        }
        guard let keeper = facts.clock.keepers.first else {
            return Finding(
                .clock, .warning, "nothing keeps the clock right, by which certificates and captures are dated",
                remedy: "timedatectl set-ntp true, or apt install chrony")
        }
        return Finding(.clock, .ok, "kept by \(keeper)")
    }

    var stateDirectory: Finding {
        let path = facts.stateDirectory.path
        let making = "install -d -o \(facts.user.name) -m 700 \(path)"
        switch facts.stateDirectory.state {
        case .missing:
            return Finding(
                .stateDirectory, .warning, "\(path) is not there",
                remedy: "the unit of systemd makes it; without it, as root: \(making)")
        case .notWritable:
            return Finding(
                .stateDirectory, .problem, "\(path) may not be written by \(facts.user.name)",
                remedy: "as root: \(making); or run this as the user of the service: sudo -u aiot aiot-reader doctor …")
        case .writable(let free) where free < 64:
            return Finding(
                .stateDirectory, .problem, "\(path) has \(free) MB left: the spool will not take messages",
                remedy: "make room on its file system")
        case .writable: return Finding(.stateDirectory, .ok, "\(path) may be written")
        }
    }
}
