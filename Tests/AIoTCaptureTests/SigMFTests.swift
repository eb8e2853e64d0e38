import AIoTBase
import AIoTCapture
import Foundation
import Testing

@Suite struct SigMFTests {
    private func randomMetadata(_ generator: inout SeededGenerator) -> SigMFMetadata {
        func text(_ generator: inout SeededGenerator) -> String? {
            guard generator.next() % 3 > 0 else { return nil }
            return String(decoding: generator.octets(Int(generator.next() % 12)), as: UTF8.self)
        }
        func captures(_ generator: inout SeededGenerator) -> [SigMFMetadata.Capture] {
            (0..<1 + Int(generator.next() % 3)).map { index in
                .init(
                    sampleStart: Int64(index) * 1_000_003, frequencyHz: index == 1 ? nil : generator.uniform() * 1e10,
                    datetime: text(&generator), headerOctets: Int64(generator.next() % 3))
            }
        }
        return SigMFMetadata(
            format: SampleFormat.allCases[Int(generator.next() % 4)],
            sampleRateHz: generator.next() % 4 == 0 ? nil : generator.uniform() * 2e7 + 1, sha512: text(&generator),
            description: text(&generator), recorder: text(&generator), hardware: text(&generator),
            trailingOctets: Int64(generator.next() % 5), captures: captures(&generator),
            annotations: (0..<Int(generator.next() % 4)).map { index in
                .init(
                    sampleStart: Int64(index) << 40, sampleCount: index == 2 ? nil : Int64.max,
                    label: text(&generator), comment: text(&generator))
            })
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func metadataIsReadAsItWasWritten(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let metadata = randomMetadata(&generator)
        #expect(try SigMFMetadata(parsing: metadata.encoded()) == metadata)
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: Data(metadata.encoded()))
        }
    }

    @Test func capturesAndAnnotationsAreWrittenInTheOrderOfTheirStart() throws {
        var metadata = SigMFMetadata(format: .ci8, sampleRateHz: 1e6, captures: [])
        metadata.annotations = [.init(sampleStart: 9), .init(sampleStart: 3)]
        let read = try SigMFMetadata(parsing: metadata.encoded())
        #expect(read.captures == [.init(sampleStart: 0)])
        #expect(read.annotations.map(\.sampleStart) == [3, 9])
    }

    @Test(arguments: ["one-device", "six-devices", "direct", "coded-two-frequencies"])
    func theCapturesOfTheReferenceAreRead(name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Captures/\(name).sigmf-meta").standardized
        let metadata = try SigMFMetadata(parsing: Array(Data(contentsOf: file)))
        #expect(metadata.sampleRateHz ?? 0 >= 1e6)
        #expect(metadata.sha512?.count == 128)
        #expect(metadata.captures.first?.frequencyHz == 920_600_000)
    }

    @Test(arguments: ["cf32_be", "ci16_be", "rf32_le", "cf64_le", "", "ci12"])
    func anotherDatatypeIsRefusedByName(name: String) {
        let text = #"{"global": {"core:datatype": "\#(name)"}}"#
        #expect(throws: SigMFError.unsupportedDatatype(name)) { try SigMFMetadata(parsing: Array(text.utf8)) }
        #expect(SigMFError.unsupportedDatatype(name).description.contains("convert them to cf32_le"))
    }

    @Test(arguments: [
        (#"{}"#, SigMFError.missing("global")),
        (#"[]"#, .missing("global")),
        (#"{"global": {}}"#, .missing("core:datatype")),
        (#"{"global": {"core:datatype": 3}}"#, .invalid("core:datatype")),
        (#"{"global": {"core:datatype": "ci8", "core:sample_rate": 0}}"#, .invalid("core:sample_rate")),
        (#"{"global": {"core:datatype": "ci8", "core:sample_rate": "1"}}"#, .invalid("core:sample_rate")),
        (#"{"global": {"core:datatype": "ci8", "core:num_channels": 2}}"#, .severalChannels(2)),
        (#"{"global": {"core:datatype": "ci8", "core:dataset": "../x"}}"#, .invalid("core:dataset")),
        (#"{"global": {"core:datatype": "ci8"}, "captures": {}}"#, .invalid("captures")),
        (#"{"global": {"core:datatype": "ci8"}, "captures": [{}]}"#, .missing("core:sample_start")),
        (
            #"{"global": {"core:datatype": "ci8"}, "captures": [{"core:sample_start": -1}]}"#,
            .invalid("core:sample_start")
        ),
        (
            #"{"global": {"core:datatype": "ci8"}, "annotations": [{"core:sample_start": 1.5}]}"#,
            .invalid("core:sample_start")
        ),
    ])
    func metadataThatCannotBeUsedSaysWhy(text: String, error: SigMFError) {
        #expect(throws: error) { try SigMFMetadata(parsing: Array(text.utf8)) }
        #expect(!error.description.isEmpty)
    }

    @Test func truncatedAndRandomMetadataNeverTraps() throws {
        var generator = SeededGenerator(seed: 5)
        let octets = randomMetadata(&generator).encoded()
        for count in 0..<octets.count - 2 {
            #expect(throws: SigMFError.self) { try SigMFMetadata(parsing: Array(octets.prefix(count))) }
        }
        for _ in 0..<2_000 {
            var changed = octets
            changed[Int(generator.next() % UInt64(octets.count))] = UInt8(generator.next() & 0xFF)
            _ = try? SigMFMetadata(parsing: changed)
            _ = try? SigMFMetadata(parsing: generator.octets(40))
        }
    }
}
