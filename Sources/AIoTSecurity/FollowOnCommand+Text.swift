import AIoTBase

extension FollowOnCommand {
    /// From `read:OFFSET,LENGTH`, `write:OFFSET,HEX` or `disable`.
    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let numbers = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
        switch (parts.first, numbers.count) {
        case ("disable", 0) where parts.count == 1:
            self = .permanentDisable
        case ("read", 2):
            guard let offset = UInt16(numbers[0]), let length = UInt8(numbers[1]) else { return nil }
            self = .read(offset: offset, length: length)
        case ("write", 2):
            guard let offset = UInt16(numbers[0]), let data = Hex.decoded(String(numbers[1])), data.count <= 255
            else { return nil }
            self = .write(offset: offset, data: data)
        default:
            return nil
        }
    }

    /// What `init(text:)` takes.
    package var text: String {
        switch self {
        case .read(let offset, let length): "read:\(offset),\(length)"
        case .write(let offset, let data): "write:\(offset),\(Hex.encoded(data))"
        case .permanentDisable: "disable"
        }
    }
}
