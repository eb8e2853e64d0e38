import AIoTBase
import AIoTCapture
import AIoTSynth
import Foundation
import Testing

/// The scripts of `docs/examples/synth`, and the keys behind an inventory; `scripts/check` leaves them to the release build.
@Suite struct SynthesizedExampleTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/examples/synth")

    private static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: examples.path))?.filter { $0.hasSuffix(".yaml") }
        .sorted() ?? []

    @Test func thereAreExamples() { #expect(Self.names.count >= 12) }

    @Test(arguments: names)
    func theReceiverFindsInAnExampleWhatIsTrue(name: String) throws {
        let text = try String(contentsOf: Self.examples.appending(path: name), encoding: .utf8)
        let recording = try SynthesizedRecording(text)
        #expect(recording.truth.frames.filter(\.decodable).count >= 5)
        #expect(try recording.differences() == [])
    }

    @Test func anInventoryTellsTheKeysAndPDUsOfItsDevices() throws {
        let truth = try SynthesizedRecording("steps: [{inventory: {devices: 3, profile: 0x57, command: 'read:0,4'}}]")
            .truth
        let json = truth.json
        #expect(json["unresolved"] == .integer(0) && json["profile"] == .integer(0xD7))
        let completed = json["completed"]?.arrayValue ?? []
        #expect(completed.count == 3)
        for device in completed {
            for (name, digits) in [("deviceID", 24), ("k", 32), ("nonce1", 32), ("nonce2", 32)] {
                #expect(device[name]?.stringValue?.count == digits)
            }
            for (name, type) in [
                ("accessResponse", "02"), ("networkResponse", "03"), ("idReport", "04"), ("command", "05"),
                ("commandResponse", "06"),
            ] {
                let pdu = device[name]?.stringValue ?? ""
                #expect(pdu.hasPrefix(type))
                #expect(truth.frames.contains { Hex.encoded($0.octets).contains(pdu) })
            }
        }
    }
}
