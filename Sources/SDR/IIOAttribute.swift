/// An attribute of a device, of one of its channels, or one that is for debugging.
struct IIOAttribute: Hashable, Sendable {
    enum Direction: String, Sendable {
        case input = "INPUT"
        case output = "OUTPUT"
    }

    /// As commands name it.
    let path: String

    init(_ device: String, _ direction: Direction, _ channel: String, _ name: String) {
        path = "\(device) \(direction.rawValue) \(channel) \(name)"
    }

    init(_ device: String, debugging name: String) {
        path = "\(device) DEBUG \(name)"
    }
}
