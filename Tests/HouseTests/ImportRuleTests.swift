import Foundation
import Testing

/// The rules of the house, read from the sources themselves (ARCHITECTURE.md "The graph").
@Suite struct ImportRuleTests {
    /// What each target may import. Arrows point down: a target is listed after everything that it may import.
    private static let allowed: [(target: String, imports: Set<String>)] = [
        ("AIoTBase", []),
        ("AIoTPhy", ["AIoTBase", "CSampleKernels", "Glibc"]),
        ("AIoTMac", ["AIoTBase"]),
        ("AIoTAccess", ["AIoTBase", "AIoTMac", "Glibc"]),
        ("AIoTRelay", ["AIoTBase", "AIoTMac"]),
        ("NGAP", []),
        ("AIoTReader", ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTAccess", "AIoTRelay", "NGAP", "Glibc"]),
        ("AIoTCapture", ["AIoTBase", "AIoTMac", "CSampleKernels"]),
        ("AIoTReplay", ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTCapture"]),
        ("AIoTSecurity", ["AIoTBase", "Crypto", "CryptoExtras"]),
        ("AIoTDevice", ["AIoTBase", "AIoTMac", "AIoTPhy", "AIoTSecurity"]),
        ("AIoTF", ["AIoTBase", "AIoTSecurity", "NGAP"]),
        ("AIoTAir", ["AIoTBase", "AIoTMac", "AIoTPhy", "AIoTDevice", "AIoTSecurity", "Glibc"]),
        ("Settings", ["Yams", "Foundation"]),
        ("ServiceManager", ["Glibc"]),
        ("Spool", ["Glibc", "Synchronization"]),
        ("TraceFile", ["Foundation", "Glibc", "Synchronization"]),
        ("LogOutput", ["Logging", "Foundation", "Glibc", "Synchronization"]),
        (
            "Telemetry",
            [
                "CoreMetrics", "Metrics", "NIOCore", "NIOPosix", "NIOHTTP1", "Logging", "Foundation", "Glibc",
                "Synchronization",
            ]
        ),
        ("AIoTLink", ["AIoTBase", "NGAP"]),
        (
            "CoreLink",
            [
                "AIoTBase", "AIoTLink", "NIOCore", "NIOPosix", "NIOTLS", "NIOSSL", "NIOHTTP1", "CoreMetrics", "Metrics",
                "X509", "SwiftASN1",
                "Logging", "Foundation", "Glibc", "Synchronization",
            ]
        ),
        (
            "ControlSocket",
            ["CoreLink", "LogOutput", "NIOCore", "NIOPosix", "Logging", "Foundation", "Glibc", "Synchronization"]
        ),
        ("RadioFrontEnd", ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader"]),
        (
            "AIoTWorld",
            ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "RadioFrontEnd", "AIoTF", "AIoTDevice", "AIoTAir"]
        ),
        (
            "AIoTSynth",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTCapture", "AIoTReader", "RadioFrontEnd", "AIoTSecurity",
                "AIoTDevice", "AIoTF", "AIoTAir", "AIoTWorld", "Settings", "Glibc",
            ]
        ),
        ("USBTransport", ["CLibUSB", "Glibc", "Synchronization"]),
        ("Transceiver", ["AIoTCapture", "Glibc"]),
        ("SDR", ["Transceiver", "USBTransport", "AIoTCapture", "Glibc", "Synchronization"]),
        ("Doctor", ["AIoTBase", "AIoTPhy", "Transceiver", "USBTransport", "SDR", "Foundation"]),
        (
            "StreamFrontEnd",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTCapture", "RadioFrontEnd", "Transceiver", "Glibc",
                "Synchronization",
            ]
        ),
        (
            "Recording",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTCapture", "RadioFrontEnd", "Transceiver",
                "StreamFrontEnd", "Glibc", "Synchronization",
            ]
        ),
        (
            "EmulatedAir",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTDevice", "AIoTAir", "AIoTCapture", "Transceiver", "Glibc",
                "Synchronization",
            ]
        ),
        (
            "SoftDevice",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTDevice", "AIoTCapture", "RadioFrontEnd", "Transceiver",
                "StreamFrontEnd", "Glibc", "Synchronization",
            ]
        ),
        (
            "ReaderService",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "NGAP", "AIoTLink", "CoreLink", "Spool", "Settings",
                "RadioFrontEnd", "AIoTCapture", "ServiceManager", "Logging", "ServiceLifecycle", "Foundation", "Glibc",
                "Synchronization",
            ]
        ),
        (
            "ReaderMetrics",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "RadioFrontEnd", "Spool",
                "ReaderService", "Telemetry", "Metrics", "Logging", "Synchronization",
            ]
        ),
        (
            "ReaderTrace",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "NGAP", "RadioFrontEnd",
                "ReaderService", "TraceFile", "Logging", "Foundation", "Glibc", "Synchronization",
            ]
        ),
        (
            "ReaderControl",
            [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "AIoTCapture", "NGAP",
                "CoreLink", "RadioFrontEnd", "Spool", "ReaderService", "ControlSocket", "Settings", "NIOCore",
                "NIOPosix", "Logging", "ServiceLifecycle", "Foundation", "Glibc", "Synchronization",
            ]
        ),
        (
            "AIoTFService",
            [
                "ControlSocket", "TraceFile",
                "AIoTBase", "AIoTSecurity", "AIoTF", "NGAP", "AIoTLink", "CoreLink", "Settings", "ServiceManager",
                "Crypto", "GRDB",
                "NIOCore", "NIOPosix", "Logging", "ServiceLifecycle", "Foundation", "Glibc", "Synchronization",
            ]
        ),
    ]
    /// What is not ours. `scripts/check` lets the build itself judge the rest.
    private static let outside: Set<String> = [
        "Glibc", "Foundation", "Synchronization", "Crypto", "CryptoExtras", "Yams", "NIOCore", "NIOPosix", "NIOTLS",
        "NIOSSL", "NIOHTTP1", "CoreMetrics", "Metrics", "X509", "SwiftASN1", "Logging", "ServiceLifecycle", "GRDB",
        "CLibUSB", "CSampleKernels",
    ]

    /// Targets that hold keys; nothing that a reader's daemon is made of may reach them.
    private static let keyHolders: Set<String> = [
        "AIoTSecurity", "AIoTDevice", "AIoTF", "AIoTAir", "AIoTFService", "EmulatedAir", "SoftDevice", "AIoTWorld",
        "AIoTSynth",
    ]

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func sources(of target: String) throws -> [URL] {
        let folder = Self.root.appendingPathComponent("Sources/\(target)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
    }

    private func imports(of target: String) throws -> Set<String> {
        var found: Set<String> = []
        for file in try sources(of: target) {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), position <= 1, position + 1 < words.count,
                    !line.hasPrefix("//")
                else { continue }
                found.insert(String(words[position + 1].split(separator: ".")[0]))
            }
        }
        return found
    }

    @Test(arguments: allowed.map(\.target))
    func aTargetImportsOnlyWhatTheTableAllows(target: String) throws {
        let rule = try #require(Self.allowed.first { $0.target == target })
        #expect(try !sources(of: target).isEmpty, "no sources of \(target): the rule would hold for nothing")
        let excess = try imports(of: target).subtracting(rule.imports)
        #expect(
            excess.isEmpty, "\(target) imports \(excess.sorted()): move the code, or change the table and its reason")
    }

    @Test func arrowsPointDownTheTable() {
        var above = Self.outside
        for (target, imports) in Self.allowed {
            #expect(imports.isSubset(of: above), "\(target) imports what stands below it")
            above.insert(target)
        }
    }

    /// Whoever wants to know what is asked of libusb reads one file.
    @Test func oneFileNamesWhatIsLibusbs() throws {
        let naming = try Self.allowed.flatMap { try sources(of: $0.target) }.filter {
            try String(contentsOf: $0, encoding: .utf8).split(separator: "\n").contains { line in
                line.contains("libusb_") && !line.drop { $0 == " " }.hasPrefix("//")
            }
        }
        #expect(naming.map(\.lastPathComponent) == ["LibUSB.swift"])
    }

    @Test func nothingThatTheReaderReachesHoldsKeys() throws {
        var reached: Set<String> = []
        var open = ["AIoTReader", "AIoTCapture", "AIoTReplay", "ReaderService", "StreamFrontEnd", "SDR", "Recording"]
        while let target = open.popLast() {
            guard reached.insert(target).inserted else { continue }
            open += try imports(of: target)
        }
        #expect(reached.isDisjoint(with: Self.keyHolders), "a reader must not be able to leak a key")
        #expect(reached.contains("AIoTBase"), "the walk went nowhere")
    }
}
