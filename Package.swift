// swift-tools-version:6.2
import PackageDescription

/// What every target of the house is compiled with.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A library target; `uses` is the row of the target in ARCHITECTURE.md, held by `scripts/check`.
func room(_ name: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: house)
}

/// The tests of one room.
func tests(_ name: String, uses: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: uses, swiftSettings: house)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "ambient-iot-reader",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // The core: no input or output, no clock, no randomness of its own.
        room("AIoTBase"),
        // Loops over samples in C, for the vector units that the machine has.
        .target(name: "CSampleKernels"),
        room("AIoTPhy", uses: ["AIoTBase", "CSampleKernels"]),
        room("AIoTMac", uses: ["AIoTBase"]),
        room("AIoTAccess", uses: ["AIoTBase", "AIoTMac"]),
        room("AIoTRelay", uses: ["AIoTBase", "AIoTMac"]),
        room("NGAP"),
        room("AIoTCapture", uses: ["AIoTBase", "AIoTMac", "CSampleKernels"]),
        room("AIoTReader", uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTAccess", "AIoTRelay", "NGAP"]),

        room("AIoTReplay", uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader"]),

        room("RadioFrontEnd", uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader"]),

        // Both ends of the procedure: they hold keys, and nothing of the reader may import them.
        room("AIoTSecurity", uses: ["AIoTBase", crypto, cryptoExtras]),
        room("AIoTDevice", uses: ["AIoTBase", "AIoTMac", "AIoTPhy", "AIoTSecurity"]),
        room("AIoTF", uses: ["AIoTBase", "AIoTSecurity", "NGAP"]),
        room("AIoTAir", uses: ["AIoTBase", "AIoTMac", "AIoTPhy", "AIoTDevice", "AIoTSecurity"]),

        // Everything together in virtual time.
        room(
            "AIoTWorld",
            uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "RadioFrontEnd", "AIoTF", "AIoTDevice", "AIoTAir"]),

        // Scripts to samples, for tests of receivers.
        room(
            "AIoTSynth",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTCapture", "AIoTReader", "RadioFrontEnd", "AIoTSecurity",
                "AIoTDevice",
                "AIoTF", "AIoTAir", "AIoTWorld", "Settings",
            ]),

        // Shells: the only rooms that read a clock, a file or a socket.
        room("Settings", uses: [yams]),
        room("ServiceManager"),
        room("Spool", uses: []),
        room("LogOutput", uses: [logging]),
        room("TraceFile"),
        room("Telemetry", uses: [coreMetrics, metrics, nioCore, nioPosix, nioHTTP1, logging]),
        room("AIoTLink", uses: ["AIoTBase", "NGAP"]),
        room("CoreLink", uses: ["AIoTBase", "AIoTLink", nioCore, nioPosix, nioTLS, nioSSL, x509, asn1, logging]),
        room("ControlSocket", uses: ["CoreLink", "LogOutput", nioCore, nioPosix, logging]),
        room(
            "LoopbackFrontEnd",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTSecurity", "AIoTAir", "AIoTDevice", "AIoTWorld",
                "RadioFrontEnd",
            ]),
        .systemLibrary(
            name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
        room("USBTransport", uses: ["CLibUSB"]),
        room("Transceiver", uses: ["AIoTCapture"]),
        room("SDR", uses: ["Transceiver", "USBTransport", "AIoTCapture"]),
        room("Doctor", uses: ["AIoTBase", "AIoTPhy", "SDR", "Transceiver", "USBTransport"]),
        room(
            "StreamFrontEnd",
            uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTCapture", "RadioFrontEnd", "Transceiver"]),
        room(
            "Recording",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTCapture", "RadioFrontEnd", "Transceiver",
                "StreamFrontEnd",
            ]),
        // They hold keys: boxes on a simulated air, and devices behind a box.
        room(
            "EmulatedAir",
            uses: ["AIoTBase", "AIoTPhy", "AIoTMac", "AIoTDevice", "AIoTAir", "AIoTCapture", "Transceiver"]),
        room(
            "SoftDevice",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTDevice", "AIoTCapture", "RadioFrontEnd", "Transceiver",
                "StreamFrontEnd",
            ]),
        room(
            "ReaderService",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "NGAP", "AIoTLink", "CoreLink", "Spool", "Settings",
                "RadioFrontEnd", "AIoTCapture", "ServiceManager", logging, serviceLifecycle,
            ]),
        // What looks at the daemon's loop and asks it.
        room(
            "ReaderMetrics",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "RadioFrontEnd", "Spool",
                "ReaderService", "Telemetry", metrics, logging,
            ]),
        room(
            "ReaderTrace",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "NGAP", "RadioFrontEnd",
                "ReaderService", "TraceFile", logging,
            ]),
        room(
            "ReaderControl",
            uses: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTReader", "AIoTRelay", "AIoTLink", "AIoTCapture", "NGAP",
                "CoreLink", "RadioFrontEnd", "Spool", "ReaderService", "ControlSocket", "Settings", nioCore, nioPosix,
                logging, serviceLifecycle,
            ]),
        room(
            "AIoTFService",
            uses: [
                "ControlSocket", "TraceFile",
                "AIoTBase", "AIoTSecurity", "AIoTF", "NGAP", "AIoTLink", "CoreLink", "Settings", "ServiceManager",
                crypto, grdb,
                nioCore, nioPosix, logging, serviceLifecycle,
            ]),

        // What others can test against: vectors and captures.
        room(
            "Conformance",
            uses: ["AIoTBase", "AIoTMac", "AIoTPhy", "NGAP", "AIoTSecurity", "AIoTDevice", "AIoTReplay"]),

        .executableTarget(
            name: "aiot-reader",
            dependencies: [
                "AIoTBase", "AIoTPhy", "AIoTMac", "NGAP", "AIoTReader", "AIoTCapture", "AIoTReplay", "AIoTSecurity",
                "AIoTDevice", "AIoTF", "AIoTAir", "AIoTWorld", "Conformance", "Settings", "AIoTLink", "CoreLink",
                "RadioFrontEnd", "LoopbackFrontEnd", "USBTransport", "Transceiver", "SDR", "StreamFrontEnd",
                "Recording", "Doctor",
                "SoftDevice", "ReaderService", "AIoTFService", "ServiceManager", "Spool", "LogOutput", "Telemetry",
                "ControlSocket", "ReaderMetrics", "ReaderTrace", "ReaderControl", "TraceFile", "AIoTSynth", crypto,
                argumentParser, metrics, logging,
                serviceLifecycle, unixSignals,
            ],
            swiftSettings: house),

        tests("CommandTests", uses: ["aiot-reader"]),
        tests("SettingsTests", uses: ["Settings"]),
        tests("ServiceManagerTests", uses: ["ServiceManager"]),
        tests("SpoolTests", uses: ["Spool"]),
        tests("LogOutputTests", uses: ["LogOutput", logging]),
        tests("TelemetryTests", uses: ["Telemetry", coreMetrics, metrics, logging]),
        tests("ControlSocketTests", uses: ["ControlSocket", logging]),
        tests(
            "ReaderMetricsTests",
            uses: [
                "ReaderMetrics", "Telemetry", "ReaderService", "RadioFrontEnd", "AIoTReader", "AIoTRelay", "AIoTLink",
                "AIoTBase", "AIoTPhy", "AIoTMac", "Spool", metrics, logging,
            ]),
        tests(
            "ReaderTraceTests",
            uses: [
                "ReaderTrace", "TraceFile", "ReaderService", "RadioFrontEnd", "AIoTReader", "AIoTRelay", "AIoTLink",
                "AIoTBase", "AIoTPhy", "AIoTMac", "NGAP", "AIoTWorld", "AIoTF", "AIoTAir", "AIoTDevice", "AIoTSecurity",
                logging,
            ]),
        tests(
            "ReaderControlTests",
            uses: [
                "ReaderControl", "ControlSocket", "ReaderService", "RadioFrontEnd", "AIoTReader", "AIoTRelay",
                "AIoTLink", "CoreLink", "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTCapture", "NGAP", "Spool", "Settings",
                logging,
            ]),
        tests("AIoTLinkTests", uses: ["AIoTLink", "NGAP", "AIoTBase"]),
        tests(
            "CoreLinkTests",
            uses: ["CoreLink", "AIoTLink", "NGAP", "AIoTBase", nioCore, nioPosix, nioSSL, x509, asn1, crypto, logging]),
        tests(
            "ReaderServiceTests",
            uses: [
                "ReaderService", "AIoTLink", "CoreLink", "RadioFrontEnd", "AIoTReader", "AIoTBase", "AIoTPhy",
                "AIoTMac",
                "NGAP", "Spool", "Settings", "ServiceManager", logging, serviceLifecycle,
            ]),
        tests(
            "LoopbackFrontEndTests",
            uses: ["LoopbackFrontEnd", "AIoTDevice", "AIoTBase"]),
        tests(
            "AIoTFServiceTests",
            uses: [
                "AIoTFService", "AIoTDevice", "AIoTF", "AIoTSecurity", "AIoTBase", "NGAP", "AIoTLink", "CoreLink",
                "ControlSocket", "Settings", "ServiceManager", crypto,
                grdb, logging,
            ]),
        tests("USBTransportTests", uses: ["USBTransport"]),
        tests("DoctorTests", uses: ["Doctor", "SDR", "Transceiver", "USBTransport"]),
        tests("SDRTests", uses: ["SDR", "USBTransport", "Transceiver", "AIoTCapture"]),
        tests(
            "EmulatedAirTests",
            uses: [
                "EmulatedAir", "Transceiver", "AIoTAir", "AIoTDevice", "AIoTSecurity", "AIoTPhy", "AIoTMac", "AIoTBase",
                "AIoTCapture",
            ]),
        tests(
            "StreamFrontEndTests",
            uses: [
                "StreamFrontEnd", "EmulatedAir", "Transceiver", "RadioFrontEnd", "AIoTReader", "AIoTWorld", "AIoTF",
                "AIoTAir",
                "AIoTDevice", "AIoTSecurity", "AIoTPhy", "AIoTMac", "AIoTBase", "AIoTCapture",
            ]),
        tests(
            "RecordingTests",
            uses: [
                "Recording", "StreamFrontEnd", "EmulatedAir", "Transceiver", "RadioFrontEnd", "AIoTReader",
                "AIoTReplay",
                "AIoTWorld", "AIoTF", "AIoTAir", "AIoTDevice", "AIoTSecurity", "AIoTPhy", "AIoTMac", "AIoTBase",
                "AIoTCapture",
            ]),
        tests(
            "SoftDeviceTests",
            uses: [
                "SoftDevice", "StreamFrontEnd", "EmulatedAir", "Transceiver", "RadioFrontEnd", "AIoTReader",
                "AIoTWorld", "AIoTF",
                "AIoTAir",
                "AIoTDevice", "AIoTSecurity", "AIoTPhy", "AIoTMac", "AIoTBase", "AIoTCapture",
            ]),
        tests("SystemTests", uses: ["aiot-reader"]),
        tests("HouseTests", uses: []),
        tests("AIoTBaseTests", uses: ["AIoTBase"]),
        tests("AIoTPhyTests", uses: ["AIoTPhy", "AIoTBase", "CSampleKernels", "Conformance"]),
        tests("AIoTMacTests", uses: ["AIoTMac", "AIoTBase"]),
        tests("AIoTAccessTests", uses: ["AIoTAccess", "AIoTBase", "AIoTMac"]),
        tests("AIoTRelayTests", uses: ["AIoTRelay", "AIoTBase", "AIoTMac"]),
        tests("NGAPTests", uses: ["NGAP", "AIoTBase"]),
        tests("AIoTReaderTests", uses: ["AIoTReader", "AIoTBase", "AIoTMac", "AIoTPhy"]),
        tests("AIoTSecurityTests", uses: ["AIoTSecurity", "AIoTBase"]),
        tests("AIoTDeviceTests", uses: ["AIoTDevice", "AIoTSecurity", "AIoTBase", "AIoTMac", "AIoTPhy"]),
        tests("AIoTAirTests", uses: ["AIoTAir", "AIoTDevice", "AIoTSecurity", "AIoTBase", "AIoTMac", "AIoTPhy"]),
        tests("AIoTFTests", uses: ["AIoTF", "AIoTDevice", "AIoTSecurity", "NGAP", "AIoTBase"]),
        tests(
            "AIoTWorldTests",
            uses: [
                "AIoTWorld", "RadioFrontEnd", "AIoTReader", "AIoTF", "AIoTAir", "AIoTSecurity", "AIoTPhy", "AIoTBase",
                "AIoTDevice",
                "AIoTMac", "NGAP",
            ]),
        tests(
            "AIoTSynthTests",
            uses: [
                "AIoTSynth", "AIoTBase", "AIoTPhy", "AIoTCapture", "AIoTReplay", "Conformance", "Settings",
            ]),
        tests("AIoTCaptureTests", uses: ["AIoTCapture", "AIoTBase", "AIoTMac"]),
        tests("ConformanceTests", uses: ["Conformance", "AIoTBase", "AIoTMac", "NGAP"]),
        tests(
            "SampleLevelTests",
            uses: [
                "AIoTPhy", "AIoTMac", "AIoTBase", "AIoTWorld", "RadioFrontEnd", "AIoTReader", "AIoTF", "AIoTAir",
                "AIoTSecurity",
                "AIoTDevice", "Genie",
            ]),

        // A receiver that knows everything, to hold ours against: for Benchmarks/Sensitivity and its short test.
        .target(
            name: "Genie", dependencies: ["AIoTPhy", "AIoTBase"], path: "Benchmarks/Genie", swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)

// AIOT_TESTS=SpoolTests,NGAPTests leaves all other tests out, so that a change in one room is built and tested alone.
if let chosen = Context.environment["AIOT_TESTS"]?.split(separator: ",") {
    package.targets.removeAll { $0.type == .test && !chosen.contains($0.name[...]) }
}

/// What `scripts/fuzz` runs: a libFuzzer target for each decoder, and one with a planted bug. They are not built
/// otherwise, as their entry point is the fuzzer's.
let fuzzed: [(name: String, uses: [Target.Dependency])] = [
    ("R2D", ["AIoTMac"]),
    ("D2R", ["AIoTMac"]),
    ("NGAP", ["NGAP"]),
    ("Pcapng", ["AIoTCapture"]),
    ("SigMF", ["AIoTCapture"]),
    ("FrameRecord", ["AIoTCapture"]),
    ("NAS", ["AIoTSecurity"]),
    ("Receiver", ["AIoTPhy", "AIoTReplay", "AIoTBase"]),
    ("ReaderCore", ["AIoTReader", "AIoTPhy", "AIoTBase"]),
    ("Spool", ["Spool"]),
    ("Link", ["AIoTLink", "AIoTBase", "NGAP"]),
    ("Planted", ["NGAP"]),
]
if Context.environment["AIOT_FUZZ"] != nil {
    package.targets += fuzzed.map { name, uses in
        .executableTarget(name: "Fuzz\(name)", dependencies: uses, path: "Fuzz/\(name)", swiftSettings: house)
    }
}

/// What `docs/performance.md` measures of the core, each a program; `scripts/bench-*` builds and runs them.
let measured: [(name: String, uses: [Target.Dependency])] = [
    ("Sensitivity", ["Genie", "AIoTPhy", "AIoTBase"]),
    ("Robustness", ["AIoTPhy", "AIoTBase"]),
    (
        "Receiver",
        ["AIoTPhy", "AIoTMac", "AIoTReader", "AIoTReplay", "AIoTCapture", "NGAP", "AIoTBase", "ReceiverShim"]
    ),
    (
        "Contention",
        [
            "AIoTAccess", "AIoTWorld", "RadioFrontEnd", "AIoTReader", "AIoTF", "AIoTAir", "AIoTSecurity", "AIoTDevice",
            "AIoTPhy", "AIoTMac", "AIoTBase",
        ]
    ),
]
if Context.environment["AIOT_BENCHMARKS"] != nil {
    package.targets += measured.map { name, uses in
        .executableTarget(
            name: "bench-\(name.lowercased())", dependencies: uses, path: "Benchmarks/\(name)", swiftSettings: house)
    }
    // The yardstick, Debian's libliquid-dev, and a count of allocations.
    package.targets.append(
        .target(
            name: "ReceiverShim", path: "Benchmarks/ReceiverShim", linkerSettings: [.linkedLibrary("liquid")]))
}

/// Boxes that do not exist, for the real libusb: what `scripts/usb` runs. They need Debian's libumockdev-dev.
if Context.environment["AIOT_EMULATOR"] != nil {
    package.targets += [
        .systemLibrary(
            name: "CUMockdevLibrary", path: "Emulator/CUMockdevLibrary", pkgConfig: "umockdev-1.0",
            providers: [.apt(["libumockdev-dev"])]),
        .target(name: "CUMockdev", dependencies: ["CUMockdevLibrary"], path: "Emulator/CUMockdev"),
        .executableTarget(
            name: "usb-emulator",
            dependencies: [
                "CUMockdev", "EmulatedAir", "Transceiver", "AIoTBase", "AIoTPhy", "AIoTMac", "AIoTAir", "AIoTDevice",
                "AIoTSecurity", "AIoTCapture", "LoopbackFrontEnd", argumentParser,
            ],
            path: "Emulator/usb-emulator", swiftSettings: house),
    ]
}
