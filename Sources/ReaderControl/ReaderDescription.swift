package import ReaderService

/// What does not change while a daemon runs.
package struct ReaderDescription: Sendable {
    package var version: String
    package var processID: Int
    package var frontEnd: String
    package var configurationFile: String
    package var links: [ReaderPicture.Link]

    package init(
        version: String, processID: Int, frontEnd: String, configurationFile: String,
        links: [DaemonConfiguration.Link]
    ) {
        self.version = version
        self.processID = processID
        self.frontEnd = frontEnd
        self.configurationFile = configurationFile
        self.links = links.map { link in
            ReaderPicture.Link(name: link.name, endpoints: link.endpoints.map { "\($0)" })
        }
    }
}
