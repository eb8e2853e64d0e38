import USBTransport

/// Why a box may not be opened, as far as the facts tell, and what opens it.
package struct Permission {
    package static let group = "aiot"
    package static let rule = "70-aiot-reader.rules"
    static let installation = "install -m 644 udev/\(rule) /etc/udev/rules.d/ && udevadm control --reload"

    private let facts: MachineFacts

    package init(_ facts: MachineFacts) {
        self.facts = facts
    }

    /// Nil where the box may be opened.
    package func finding(of box: BoxFacts) -> Finding? {
        switch box.access {
        case .open: nil
        case .noPermission:
            Finding(.permission, .problem, "\(box.place) may not be opened by \(facts.user.name)", remedy: remedy)
        case .busy:
            Finding(
                .permission, .warning, "\(box.place) is in use",
                remedy: "where that is not the reader: `fuser -v \(box.device.node)` names the program, stop it")
        case .failed(let error):
            Finding(.permission, .problem, "\(error.operation): \(error.kind.cause)", remedy: error.kind.remedy)
        }
    }

    /// The first of the steps to a permission that has not been done.
    private var remedy: String {
        let user = facts.user
        if !user.groupExists {
            return
                "install -m 644 systemd/aiot-reader.sysusers /usr/lib/sysusers.d/aiot-reader.conf && systemd-sysusers"
        }
        if facts.ruleFiles.isEmpty { return "\(Self.installation), then plug it in again" }
        if !user.isMember { return "usermod -aG \(Self.group) \(user.name), then log in again" }
        if !user.isInGroup { return "log in again: the group \(Self.group) counts from the next login on" }
        return "udevadm control --reload, then plug it in again: the rule counts from then on"
    }
}
