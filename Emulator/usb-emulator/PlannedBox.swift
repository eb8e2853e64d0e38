import ArgumentParser

/// A box that the command line asks for.
struct PlannedBox {
    enum Kind: String, CaseIterable {
        case hackrf
        case pluto
    }

    let kind: Kind
    let serial: String

    /// - Parameter text: a kind, and a serial number after a colon where the usual one will not do.
    init(_ text: String, number: Int) throws {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let name = parts.first, let kind = Kind(rawValue: name) else {
            let names = Kind.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("--box \(text): take \(names), and a serial number after a colon if you like")
        }
        self.kind = kind
        serial = parts.count > 1 ? parts[1] : "c0ffee\(number)0"
        guard serial.count <= 32, serial.allSatisfy(\.isHexDigit) else {
            throw ValidationError("--box \(text): take up to 32 hexadecimal digits as its serial number")
        }
    }

    func box(_ bed: TestBed) -> any EmulatedBox {
        switch kind {
        case .hackrf: EmulatedHackRF(serial: serial, bed: bed)
        case .pluto: EmulatedPluto(serial: serial, bed: bed)
        }
    }
}
