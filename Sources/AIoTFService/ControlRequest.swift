import AIoTBase
package import AIoTF
import AIoTSecurity
package import ControlSocket
import Foundation

/// What a client of the control socket asks for, as one line of JSON.
package enum ControlRequest: Hashable, Sendable {
    /// `waits`: results are told as they come.
    case inventory(InventoryOrder, waits: Bool)
    case cancel(order: UInt64)
    case readers

    /// - Throws: for anything that is not exactly a request: a key that is not known could have narrowed an inventory.
    package init(_ line: some Sequence<UInt8>) throws(ControlFailure) {
        var fields = try ControlFields(line, example: #"{"request":"readers"}"#)
        switch try fields.take("request", String.self) {
        case "inventory"?:
            let target = try Self.target(&fields)
            let order = InventoryOrder(
                target: target, command: try Self.command(&fields), scope: try Self.scope(&fields))
            self = .inventory(order, waits: try fields.take("wait", Bool.self) ?? true)
        case "cancel"?:
            guard let text = try fields.take("order", Int.self), let order = UInt64(exactly: text) else {
                throw ControlFailure("order: write the number of the order to cancel")
            }
            self = .cancel(order: order)
        case "readers"?: self = .readers
        default: throw ControlFailure("request: write inventory, cancel or readers")
        }
        try fields.finish()
    }

    /// The line that says this.
    package var line: String {
        var object: [String: Any] = [:]
        switch self {
        case .inventory(let order, let waits):
            object = ["request": "inventory", "wait": waits]
            switch order.target {
            case .device(let id): object["device"] = Hex.encoded(id)
            case .group(let id): object["group"] = Hex.encoded(id)
            case .all: object["all"] = true
            }
            switch order.scope {
            case .anywhere: break
            case .areas(let areas): object["areas"] = areas.map { Hex.encoded($0) }
            case .readers(let readers): object["readers"] = readers.map { "\($0.gnbID):\($0.readerIndex)" }
            }
            if let command = order.command { object["command"] = command.text }
        case .cancel(let order): object = ["request": "cancel", "order": Int(clamping: order)]
        case .readers: object = ["request": "readers"]
        }
        let data = (try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static func target(_ fields: inout ControlFields) throws(ControlFailure) -> InventoryTarget {
        var targets: [InventoryTarget] = []
        for (name, make) in [("device", InventoryTarget.device), ("group", InventoryTarget.group)] {
            guard let text = try fields.take(name, String.self) else { continue }
            guard let id = Hex.decoded(text), NASLimits.idOctets.contains(id.count) else {
                throw ControlFailure("\(name): write 1 to 32 octets as hexadecimal digits")
            }
            targets.append(make(id))
        }
        if try fields.take("all", Bool.self) == true { targets.append(.all) }
        guard let target = targets.first, targets.count == 1 else {
            throw ControlFailure("say whom the inventory is for: one of device, group, or all")
        }
        return target
    }

    private static func command(_ fields: inout ControlFields) throws(ControlFailure) -> FollowOnCommand? {
        guard let text = try fields.take("command", String.self) else { return nil }
        guard let command = FollowOnCommand(text: text) else {
            throw ControlFailure("command: write read:OFFSET,LENGTH, write:OFFSET,HEX or disable")
        }
        return command
    }

    private static func scope(_ fields: inout ControlFields) throws(ControlFailure) -> InventoryScope {
        let areas = try fields.take("areas", [String].self)
        let readers = try fields.take("readers", [String].self)
        switch (areas, readers) {
        case (nil, nil): return .anywhere
        case (let areas?, nil):
            let codes = areas.compactMap { Hex.decoded($0) }.filter { $0.count == 3 }
            guard codes.count == areas.count, (1...256).contains(codes.count) else {
                throw ControlFailure("areas: write 1 to 256 area codes of 6 hexadecimal digits")
            }
            return .areas(codes)
        case (nil, let readers?):
            let addresses = readers.compactMap { ReaderAddress(text: $0) }
            guard addresses.count == readers.count, (1...256).contains(addresses.count) else {
                throw ControlFailure("readers: write 1 to 256 readers as GNB:INDEX, the index from 1 to 65535")
            }
            return .readers(addresses)
        default: throw ControlFailure("areas, readers: give one of them")
        }
    }
}
