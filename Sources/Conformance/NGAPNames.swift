import NGAP

/// Names of the enumerated values that `vectors/ngap.json` spells out; a value without a name is its index.
enum NGAPEnumerations {
    static let pagingDRX = ["v32", "v64", "v128", "v256"]
    static let aiotSupport = ["aIoT-only", "aIoT-and-NRUu"]
    static let triggeringMessages = ["initiating-message", "successful-outcome", "unsuccessful-outcome"]
    static let typesOfError = ["not-understood", "missing"]

    static func name(_ value: Int, in names: [String]) -> Any {
        names.indices.contains(value) ? names[value] : value
    }

    static func value(of name: Any?, in names: [String]) -> Int? {
        if let name = name as? String { return names.firstIndex(of: name) }
        return name as? Int
    }
}

/// Causes as pairs of branch and value, `["nas", "normal-release"]`.
enum NGAPCauseNames {
    private static let radioNetwork = [
        0: "unspecified", 60: "unknown-RAN-AIoT-Device-NGAP-ID",
        61: "requested-AIoT-service-area-information-not-served-by-the-gNB", 62: "unknown-AIoT-session",
        63: "aiot-device-not-reachable", 64: "multiple-AIoT-session-ID-instances",
    ]
    private static let transport = [0: "transport-resource-unavailable", 1: "unspecified"]
    private static let nas = [
        0: "normal-release", 1: "authentication-failure", 2: "deregister", 3: "unspecified",
        7: "no-aiot-NAS-response",
    ]
    private static let protocolError = [
        0: "transfer-syntax-error", 1: "abstract-syntax-error-reject", 2: "abstract-syntax-error-ignore-and-notify",
        3: "message-not-compatible-with-receiver-state", 4: "semantic-error",
        5: "abstract-syntax-error-falsely-constructed-message", 6: "unspecified",
    ]
    private static let misc = [
        0: "control-processing-overload", 1: "not-enough-user-plane-processing-resources", 2: "hardware-failure",
        3: "om-intervention", 4: "unknown-PLMN-or-SNPN", 5: "unspecified",
    ]

    static func names(of cause: Cause) -> [Any] {
        let (branch, value, names) =
            switch cause {
            case .radioNetwork(let value): ("radioNetwork", value, radioNetwork)
            case .transport(let value): ("transport", value, transport)
            case .nas(let value): ("nas", value, nas)
            case .protocolError(let value): ("protocol", value, protocolError)
            case .misc(let value): ("misc", value, misc)
            }
        return [branch, names[value] ?? value]
    }

    static func cause(from value: Any?) -> Cause? {
        guard let pair = value as? [Any], pair.count == 2, let branch = pair[0] as? String else { return nil }
        func number(_ names: [Int: String]) -> Int? {
            if let name = pair[1] as? String { return names.first { $0.value == name }?.key }
            return pair[1] as? Int
        }
        return switch branch {
        case "radioNetwork": number(radioNetwork).map(Cause.radioNetwork)
        case "transport": number(transport).map(Cause.transport)
        case "nas": number(nas).map(Cause.nas)
        case "protocol": number(protocolError).map(Cause.protocolError)
        case "misc": number(misc).map(Cause.misc)
        default: nil
        }
    }
}
