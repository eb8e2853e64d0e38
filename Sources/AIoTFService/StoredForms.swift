import AIoTBase
import AIoTF
import AIoTSecurity
import Foundation

// How values of the core stand in columns.

extension InventoryTarget {
    var storedKind: String {
        switch self {
        case .device: "device"
        case .group: "group"
        case .all: "all"
        }
    }

    var storedID: Data? {
        switch self {
        case .device(let id), .group(let id): Data(id)
        case .all: nil
        }
    }

    init?(storedKind: String?, id: Data?) {
        switch (storedKind, id) {
        case ("device", let id?): self = .device(Array(id))
        case ("group", let id?): self = .group(Array(id))
        case ("all", nil): self = .all
        default: return nil
        }
    }
}

extension InventoryScope {
    /// `areas 000001 000002`, `readers 7:1 9:1`; nil for anywhere.
    var stored: String? {
        switch self {
        case .anywhere: nil
        case .areas(let areas): (["areas"] + areas.map { Hex.encoded($0) }).joined(separator: " ")
        case .readers(let readers):
            (["readers"] + readers.map { "\($0.gnbID):\($0.readerIndex)" }).joined(separator: " ")
        }
    }

    init?(stored: String?) {
        guard let stored else {
            self = .anywhere
            return
        }
        let words = stored.split(separator: " ").map(String.init)
        let values = words.dropFirst()
        switch words.first {
        case "areas":
            let areas = values.compactMap { Hex.decoded($0) }
            guard areas.count == values.count else { return nil }
            self = .areas(areas)
        case "readers":
            let readers = values.compactMap { ReaderAddress(text: $0) }
            guard readers.count == values.count else { return nil }
            self = .readers(readers)
        default: return nil
        }
    }
}

extension ReaderAddress {
    /// From `GNB:INDEX`, both decimal, GNB also as 0x and hexadecimal digits.
    package init?(text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[1]), (1...65_535).contains(index) else { return nil }
        let gnbID = parts[0].hasPrefix("0x") ? UInt32(parts[0].dropFirst(2), radix: 16) : UInt32(parts[0])
        guard let gnbID else { return nil }
        self.init(gnbID: gnbID, readerIndex: index)
    }
}

extension DeviceResult.CommandOutcome {
    /// That of `spec/1`; -1 where nothing verified came.
    var storedStatus: Int {
        switch self {
        case .response(let response): Int(response.status.rawValue)
        case .failed: -1
        }
    }

    var storedData: Data? {
        if case .response(let response) = self { Data(response.data) } else { nil }
    }

    init?(storedStatus: Int, data: Data?) {
        guard storedStatus != -1 else {
            self = .failed
            return
        }
        guard let status = UInt8(exactly: storedStatus).flatMap({ CommandStatus(rawValue: $0) }) else { return nil }
        self = .response(FollowOnResponse(status: status, data: Array(data ?? Data())))
    }
}
