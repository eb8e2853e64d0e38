/// Why a link cannot be had as it is configured; the text says what to do.
package struct LinkError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
