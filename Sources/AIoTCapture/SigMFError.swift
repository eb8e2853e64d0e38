/// Why octets are no SigMF metadata that can be used.
package enum SigMFError: Error, Hashable, Sendable {
    /// No JSON; what is wrong, and at which octet.
    case notJSON(String, at: Int)
    /// A field is not there.
    case missing(String)
    /// A field holds something that it cannot.
    case invalid(String)
    /// A datatype other than the four of `spec/4`.
    case unsupportedDatatype(String)
    /// More than one channel, which interleaves samples that do not belong together.
    case severalChannels(Int64)
}

extension SigMFError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let reason, let place):
            "the metadata is no JSON: \(reason) at octet \(place); is this the .sigmf-meta file?"
        case .missing(let field): "the metadata has no \(field): add it, or give it as an option"
        case .invalid(let field): "\(field) holds a value that it cannot: correct it in the .sigmf-meta file"
        case .unsupportedDatatype(let name):
            "samples of type '\(name)' are not read: convert them to cf32_le, ci16_le, ci8 or cu8"
        case .severalChannels(let count):
            "the recording has \(count) channels: extract one, several in a file are not read"
        }
    }
}
