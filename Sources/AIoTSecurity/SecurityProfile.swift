/// Which properties of the procedure are on: the profile octet (`spec/1 "Configuration"`).
///
/// A device stays silent unless the paged profile equals its own, so no property can be negotiated away.
package struct SecurityProfile: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Pagings carry a counter, and a stale one is not answered as a fresh one.
    package static let replayProtection = Self(rawValue: 1 << 0)
    /// The access response carries ARES.
    package static let deviceAuthentication = Self(rawValue: 1 << 1)
    /// The device gives its ID only after an NRES that matches.
    package static let networkAuthentication = Self(rawValue: 1 << 2)
    /// A stale paging is answered with the device's counter.
    package static let counterResynchronisation = Self(rawValue: 1 << 3)
    /// The access response carries two octets by which the AIoTF finds the device's key.
    package static let keyHint = Self(rawValue: 1 << 4)
    /// The paging carries two octets by which a device that is not meant stays silent without deriving anything.
    package static let pagingTag = Self(rawValue: 1 << 5)
    /// Commands under k_AIoT_ses follow the inventory.
    package static let followOnCommands = Self(rawValue: 1 << 6)
    /// Set in the profile of a group paging only; no part of a configuration.
    package static let groupPaging = Self(rawValue: 1 << 7)
}

extension SecurityProfile: CustomStringConvertible {
    package var description: String {
        let names = [
            "replay protection", "device authentication", "network authentication", "counter resynchronisation",
            "key hint", "paging tag", "follow-on commands", "group paging",
        ]
        let set = names.enumerated().filter { rawValue >> UInt8($0.offset) & 1 == 1 }.map(\.element)
        return set.isEmpty ? "none" : set.joined(separator: ", ")
    }
}
