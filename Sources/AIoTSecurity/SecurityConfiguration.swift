/// Whom a paging is meant for (`spec/1 "Messages"`).
package enum PagingTargetKind: Hashable, Sendable, CaseIterable {
    case single
    case group
    case all
}

/// What a device and the AIoTF have agreed on when the device was provisioned (`spec/1` step 1).
package struct SecurityConfiguration: Hashable, Sendable {
    /// Bits 0 to 6; bit 7 belongs to group pagings and is refused here.
    package var profile: SecurityProfile
    package var algorithms: SecurityAlgorithms
    /// W: how far ahead of its own counter a device takes a paged one, 0 to 2^31 - 1 (*ours*).
    package var counterWindow: UInt32

    package init(profile: SecurityProfile, algorithms: SecurityAlgorithms, counterWindow: UInt32 = 0) {
        self.profile = profile
        self.algorithms = algorithms
        self.counterWindow = counterWindow
    }

    /// The largest counter window.
    package static let maximumCounterWindow: UInt32 = (1 << 31) - 1
    /// The largest counter window with the paging tag: a device holds the tags of the whole window ready.
    package static let maximumCounterWindowWithPagingTag: UInt32 = 15

    /// Why `target` cannot be paged with this configuration; empty when it can.
    ///
    /// Every combination that is not listed in `spec/1 "Configuration"` works, NULL algorithms included.
    package func refusals(for target: PagingTargetKind) -> [ConfigurationRefusal] {
        var refusals: [ConfigurationRefusal] = []
        if profile.contains(.groupPaging) { refusals.append(.groupPagingBit) }
        if target != .single, profile.contains(.networkAuthentication), !profile.contains(.deviceAuthentication) {
            refusals.append(.networkAuthenticationAlone(target))
        }
        if counterWindow > 0, !algorithms.hasIntegrity { refusals.append(.counterWindowWithoutIntegrity) }
        if counterWindow > Self.maximumCounterWindow { refusals.append(.counterWindowTooLarge(counterWindow)) }
        if target == .group, profile.contains(.replayProtection), counterWindow == 0 {
            refusals.append(.groupWithoutCounterWindow)
        }
        return refusals + pagingTagRefusals
    }

    private var pagingTagRefusals: [ConfigurationRefusal] {
        guard profile.contains(.pagingTag) else { return [] }
        var refusals: [ConfigurationRefusal] = []
        if !profile.contains(.replayProtection) { refusals.append(.pagingTagWithoutReplayProtection) }
        if profile.contains(.counterResynchronisation) { refusals.append(.pagingTagWithResynchronisation) }
        if counterWindow > Self.maximumCounterWindowWithPagingTag {
            refusals.append(.pagingTagWithCounterWindow(counterWindow))
        }
        return refusals
    }

    /// Properties that are on but cannot hold without 128-NIA2.
    package var warnings: [ConfigurationWarning] {
        guard !algorithms.hasIntegrity else { return [] }
        var warnings: [ConfigurationWarning] = []
        if profile.contains(.replayProtection) { warnings.append(.replayProtectionWithoutIntegrity) }
        if profile.contains(.counterResynchronisation) { warnings.append(.resynchronisationWithoutIntegrity) }
        if profile.contains(.followOnCommands) { warnings.append(.commandsWithoutIntegrity) }
        return warnings
    }
}

/// A configuration that the procedure cannot work with (`spec/1 "Configuration"`).
package enum ConfigurationRefusal: Error, Hashable, Sendable {
    /// Bit 7 in a device's configuration.
    case groupPagingBit
    /// Bit 2 without bit 1 for a target of several devices.
    case networkAuthenticationAlone(PagingTargetKind)
    case counterWindowWithoutIntegrity
    case counterWindowTooLarge(UInt32)
    /// A group with replay protection whose members could miss no page.
    case groupWithoutCounterWindow
    case pagingTagWithoutReplayProtection
    case pagingTagWithResynchronisation
    case pagingTagWithCounterWindow(UInt32)
}

extension ConfigurationRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .groupPagingBit:
            "profile bit 7 marks group pagings and is no part of a configuration: clear it"
        case .networkAuthenticationAlone(let target):
            "\(target == .group ? "a group" : "all devices") cannot be paged with network authentication (profile bit 2) "
                + "alone, the AIoTF could not tell whose answer it is: set profile bit 1 or page single devices"
        case .counterWindowWithoutIntegrity:
            "a counter window needs 128-NIA2: set the low nibble of the algorithms to 2 or the window to 0"
        case .counterWindowTooLarge(let window):
            "counter window \(window) is too large: use at most \(SecurityConfiguration.maximumCounterWindow)"
        case .groupWithoutCounterWindow:
            "a group with replay protection (profile bit 0) needs a counter window, its members miss pages: "
                + "set the window to 1 or more, with 128-NIA2"
        case .pagingTagWithoutReplayProtection:
            "the paging tag (profile bit 5) is that of a counter: set profile bit 0 or clear bit 5"
        case .pagingTagWithResynchronisation:
            "the paging tag (profile bit 5) and counter resynchronisation (bit 3) exclude each other: clear one of them"
        case .pagingTagWithCounterWindow(let window):
            "counter window \(window) is too large with the paging tag (profile bit 5): use at most "
                + "\(SecurityConfiguration.maximumCounterWindowWithPagingTag) or clear bit 5"
        }
    }
}

/// A property that is configured but not given (`spec/1 "Configuration"`): the configuration works without it.
package enum ConfigurationWarning: Hashable, Sendable {
    case replayProtectionWithoutIntegrity
    case resynchronisationWithoutIntegrity
    case commandsWithoutIntegrity
}

extension ConfigurationWarning: CustomStringConvertible {
    package var description: String {
        let remedy = ": use 128-NIA2 (low nibble of the algorithms 2)"
        return switch self {
        case .replayProtectionWithoutIntegrity:
            "replay protection (profile bit 0) does not hold, a paged counter can be altered in transit" + remedy
        case .resynchronisationWithoutIntegrity:
            "counter resynchronisation (profile bit 3) has no effect, a returned counter can be altered in transit"
                + remedy
        case .commandsWithoutIntegrity:
            "follow-on commands (profile bit 6) can be altered in transit, and WRITE and PERMANENT_DISABLE are refused"
                + remedy
        }
    }
}
