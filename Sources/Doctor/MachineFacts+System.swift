/// Facts that the system tells in files.
extension MachineFacts {
    /// - Parameters:
    ///   - stateDirectory: where the daemon keeps what outlives it.
    ///   - userID, groupIDs: of this process.
    ///   - unixSeconds: the time by the wall clock.
    package init(_ tree: SystemTree, stateDirectory: String, userID: UInt32, groupIDs: [UInt32], unixSeconds: Int64) {
        user = Self.user(userID, groupIDs, tree)
        ruleFiles = Self.ruleFolders.flatMap { folder in
            tree.names(in: folder).filter { $0.hasSuffix("aiot-reader.rules") }.map { "/\(folder)/\($0)" }
        }
        hasHackRFRule = Self.ruleFolders.contains { tree.exists("\($0)/60-libhackrf0.rules") }
        let programs = Set(tree.names(in: "proc").filter { Int($0) != nil }.compactMap { tree.text("proc/\($0)/comm") })
        modemManagerRuns = programs.contains("ModemManager")
        // The kernel cuts names off after 15 letters.
        clock.keepers = ["systemd-timesyn", "chronyd", "ntpd", "openntpd"].filter(programs.contains)
        clock.unixSeconds = unixSeconds
        usbMemoryMegabytes = tree.int("sys/module/usbcore/parameters/usbfs_memory_mb")
        realTimePriority = Self.realTimePriority(tree)
        // A line `cpu` of all, then one of each.
        processors = max((tree.text("proc/stat") ?? "").split(separator: "\n").count { $0.hasPrefix("cpu") } - 1, 1)
        self.stateDirectory = Directory(path: stateDirectory, state: Self.state(of: stateDirectory, tree))
        hasLibrtlsdr = Self.libraryFolders.contains { folder in
            tree.names(in: folder).contains { $0.hasPrefix("librtlsdr.so.0") || $0.hasPrefix("librtlsdr.so.2") }
        }
    }

    /// Where udev reads rules, the strongest first.
    private static let ruleFolders = ["etc/udev/rules.d", "run/udev/rules.d", "usr/lib/udev/rules.d"]
    private static let libraryFolders = [
        "usr/lib", "usr/local/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu",
        "usr/lib/arm-linux-gnueabihf", "usr/lib64",
    ]

    private static func user(_ userID: UInt32, _ groupIDs: [UInt32], _ tree: SystemTree) -> User {
        var user = User()
        user.isRoot = userID == 0
        user.name = name(userID, "etc/passwd", tree) ?? String(userID)
        let entry = lines("etc/group", tree).first { $0.first == Permission.group }
        user.groupExists = entry != nil
        user.isMember = entry?.last?.split(separator: ",").contains { $0 == user.name } ?? false
        user.isInGroup = entry.map { $0.count > 2 && groupIDs.map(String.init).contains($0[2]) } ?? false
        return user
    }

    private static func name(_ id: UInt32, _ file: String, _ tree: SystemTree) -> String? {
        lines(file, tree).first { $0.count > 2 && $0[2] == String(id) }?.first
    }

    /// The lines of a user database, each in its fields.
    private static func lines(_ file: String, _ tree: SystemTree) -> [[String]] {
        (tree.text(file) ?? "").split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func realTimePriority(_ tree: SystemTree) -> Int {
        let status = (tree.text("proc/self/status") ?? "").split(separator: "\n")
        let capabilities = status.first { $0.hasPrefix("CapEff:") }?.split(whereSeparator: \.isWhitespace).last
        // CAP_SYS_NICE is bit 23.
        if let mask = capabilities.flatMap({ UInt64($0, radix: 16) }), mask & 1 << 23 != 0 { return 99 }
        let limits = (tree.text("proc/self/limits") ?? "").split(separator: "\n")
        let limit = limits.first { $0.hasPrefix("Max realtime priority") }?.split(whereSeparator: \.isWhitespace)
        guard let limit, limit.count > 3 else { return 0 }
        return limit[3] == "unlimited" ? 99 : Int(limit[3]) ?? 0
    }

    private static func state(of path: String, _ tree: SystemTree) -> Directory.State {
        guard tree.exists(path) else { return .missing }
        guard tree.isWritable(path) else { return .notWritable }
        return .writable(freeMegabytes: tree.freeMegabytes(path) ?? .max)
    }
}
