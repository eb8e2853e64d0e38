/// What can be in trouble.
package enum TroubleKind: Hashable, Sendable, CustomStringConvertible {
    case frontEnd
    /// A link, by its name.
    case link(String)
    case spool
    /// What the region or the operator lets the reader send.
    case limits
    case recording
    case configuration
    /// A health rule, by its name.
    case health(String)

    package var description: String {
        switch self {
        case .frontEnd: "front-end"
        case .link(let name): "link \(name)"
        case .spool: "spool"
        case .limits: "limits"
        case .recording: "recording"
        case .configuration: "configuration"
        case .health(let name): "health \(name)"
        }
    }

    /// Where to begin, whatever the cause; causes have remedies of their own.
    package var remedy: String {
        switch self {
        case .frontEnd:
            "do what the cause says; `aiot-reader doctor --config FILE` looks at boxes, permissions and the machine"
        case .link:
            "start that AIoTF, or correct links[].endpoints or tls as the cause says; it is tried again by itself"
        case .spool: "do what the cause says; the devices come again by themselves"
        case .limits: "nothing is lost, inventories take longer: see limits in docs/operating.md"
        case .recording: "do what the cause says; the reader goes on without it"
        case .configuration: "correct what is named, then `aiot-reader reload`; what was in force still is"
        case .health: "look the counter up in docs/runbook.md"
        }
    }
}
