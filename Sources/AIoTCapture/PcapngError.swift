/// Why octets are no pcapng file that can be read.
package enum PcapngError: Error, Hashable, Sendable {
    /// The file does not begin with a section header.
    case notPcapng
    /// The file ends within a block.
    case truncated
    /// A block of an impossible length, or of one that its end contradicts.
    case badBlockLength(Int)
    /// A block whose fields are not all there.
    case malformed(String)
    /// A packet of an interface that the section has not described.
    case unknownInterface(Int)
    case tooManyInterfaces
}

extension PcapngError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notPcapng: "this is no pcapng file: it does not begin with a section header"
        case .truncated: "the file ends within a block: it was cut, or is still being written"
        case .badBlockLength(let length): "a block of \(length) octets cannot be: the file is damaged"
        case .malformed(let block): "the fields of a block (\(block)) are not all there: the file is damaged"
        case .unknownInterface(let index): "a packet of interface \(index), which the file does not describe"
        case .tooManyInterfaces: "more than \(PcapngReader.maximumInterfaces) interfaces in one section"
        }
    }
}
