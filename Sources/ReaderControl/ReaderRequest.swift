package import ControlSocket

/// What a client of the daemon's control socket asks for, as one line of JSON.
package enum ReaderRequest: Hashable, Sendable {
    case status
    /// `exchanges`: those are told too.
    case events(exchanges: Bool)
    /// - `isOn`: false: inventories are taken again.
    /// - `waits`: until no inventory is open.
    case drain(isOn: Bool, waits: Bool)
    case reload
    /// What captures make of the fields.
    case capture
    /// The connection becomes a link.
    case link

    static let names = "status, events, drain, reload, capture or link"

    /// - Parameter fields: of the line; those of `capture` are left in it.
    /// - Throws: for anything that is not exactly a request.
    package init(_ fields: inout ControlFields) throws(ControlFailure) {
        switch try fields.take("request", String.self) {
        case "status"?: self = .status
        case "events"?: self = .events(exchanges: try fields.take("exchanges", Bool.self) ?? false)
        case "drain"?:
            let isOn = try fields.take("off", Bool.self) != true
            let until = try fields.take("until", String.self)
            guard until == nil || until == "drained" && isOn else {
                throw ControlFailure("until: write drained, and no \"off\":true with it")
            }
            self = .drain(isOn: isOn, waits: until != nil)
        case "reload"?: self = .reload
        case "capture"?:
            self = .capture
            return
        case "link"?: self = .link
        default: throw ControlFailure("request: write \(Self.names)")
        }
        try fields.finish()
    }

    package init(_ line: some Sequence<UInt8>) throws(ControlFailure) {
        var fields = try ControlFields(line, example: Self.example)
        try self.init(&fields)
    }

    static let example = #"{"request":"status"}"#
}
