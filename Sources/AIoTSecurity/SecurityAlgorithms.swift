/// The ciphering and integrity algorithms: the algorithms octet (`spec/1 "Configuration"`).
package struct SecurityAlgorithms: Hashable, Sendable {
    /// The high nibble; ID privacy is ciphering.
    package enum Ciphering: UInt8, Hashable, Sendable, CaseIterable {
        /// No ciphering.
        case nea0 = 0
        /// 128-NEA2, AES in counter mode.
        case nea2 = 2
    }

    /// The low nibble.
    package enum Integrity: UInt8, Hashable, Sendable, CaseIterable {
        /// No integrity protection.
        case nia0 = 0
        /// 128-NIA2, AES-CMAC.
        case nia2 = 2
    }

    package var ciphering: Ciphering
    package var integrity: Integrity

    package init(ciphering: Ciphering, integrity: Integrity) {
        self.ciphering = ciphering
        self.integrity = integrity
    }

    /// `nil` unless `octet` is 0x00, 0x02, 0x20 or 0x22.
    package init?(octet: UInt8) {
        guard let ciphering = Ciphering(rawValue: octet >> 4), let integrity = Integrity(rawValue: octet & 15) else {
            return nil
        }
        self.init(ciphering: ciphering, integrity: integrity)
    }

    package var octet: UInt8 { ciphering.rawValue << 4 | integrity.rawValue }

    package var hasIntegrity: Bool { integrity == .nia2 }
    package var hasCiphering: Bool { ciphering == .nea2 }

    /// Octets that protection appends to a text.
    package var macOctets: Int { hasIntegrity ? Protection.macOctets : 0 }

    /// The four combinations.
    package static let all: [SecurityAlgorithms] = Ciphering.allCases.flatMap { ciphering in
        Integrity.allCases.map { SecurityAlgorithms(ciphering: ciphering, integrity: $0) }
    }
}

extension SecurityAlgorithms: CustomStringConvertible {
    package var description: String {
        (hasCiphering ? "128-NEA2" : "NEA0") + " " + (hasIntegrity ? "128-NIA2" : "NIA0")
    }
}
