import AIoTReader
import Foundation
import ReaderService
import Settings
import Testing

/// What `docs/examples/reader.yaml` says of defaults is true. That both examples load strictly is for `CommandTests`, where
/// the program is.
struct ExampleTests {
    @Test func theExampleHasTheDefaultsThatItSpeaksOf() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../docs/examples/reader.yaml")
        let text = try String(contentsOf: path.standardized, encoding: .utf8)
        let example = DaemonConfiguration(try SettingsFile(text, name: "reader.yaml").root)
        let smallest = DaemonConfiguration(try SettingsFile("", name: "empty").root)
        #expect(example.reader == smallest.reader)
        #expect(example.stateDirectory == smallest.stateDirectory)
        #expect(example.spoolLimitOctets == smallest.spoolLimitOctets)
        #expect(example.stopTimeout == smallest.stopTimeout)
        #expect(example.links.map(\.endpoints.count) == [2])
        #expect(example.links.first?.tls != nil)
    }
}
