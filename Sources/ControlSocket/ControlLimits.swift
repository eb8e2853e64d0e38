/// What the clients of a control socket may take of a service.
package struct ControlLimits: Hashable, Sendable {
    /// Octets of a line of a client at most.
    package static let largestLine = 65_536

    /// Clients at once; further ones are turned away.
    package var clients = 64
    /// Octets that may wait for a client to read them.
    package var backlogOctets = 16 * 1_024 * 1_024
    /// Lines of a client that may wait to be dealt with; until then nothing more is read.
    package var waitingLines = 64
    /// How long a client may take to send its first line.
    package var requestTime = Duration.seconds(10)
    /// How long a client may take to read what it was told last; then it is left, so that it keeps nobody out.
    package var readingTime = Duration.seconds(60)

    package init() {}
}
