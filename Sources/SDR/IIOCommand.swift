import USBTransport

/// A command of the ASCII protocol of IIO (`spec/6 "ADALM-Pluto"`): a line that ends with CRLF, and for some
/// of them data after it.
enum IIOCommand: Hashable, Sendable {
    case version
    /// The XML description of all devices.
    case print
    /// How long the device itself waits for its hardware.
    case timeout(milliseconds: Int)
    case read(IIOAttribute)
    case write(IIOAttribute, String)
    /// Makes buffers of `samples` for the channels of `mask` on the pipe that the command comes by.
    case open(device: String, samples: Int, mask: UInt32)
    case readBuffer(device: String, octets: Int)
    case writeBuffer(device: String, octets: Int)
    case close(device: String)

    /// The command as it is sent, CRLF included.
    var line: [UInt8] { Array((text + "\r\n").utf8) }

    /// What is sent after the line, in a transfer of its own.
    var data: [UInt8] {
        if case .write(_, let value) = self { Array(value.utf8) } else { [] }
    }

    /// The line for people.
    var text: String {
        switch self {
        case .version: "VERSION"
        case .print: "PRINT"
        case .timeout(let milliseconds): "TIMEOUT \(milliseconds)"
        case .read(let attribute): "READ \(attribute.path)"
        case .write(let attribute, let value): "WRITE \(attribute.path) \(value.utf8.count)"
        case .open(let device, let samples, let mask): "OPEN \(device) \(samples) \(mask.digits(8, radix: 16))"
        case .readBuffer(let device, let octets): "READBUF \(device) \(octets)"
        case .writeBuffer(let device, let octets): "WRITEBUF \(device) \(octets)"
        case .close(let device): "CLOSE \(device)"
        }
    }
}
