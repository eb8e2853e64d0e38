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

let package = Package(
    name: "ambient-iot-reader",
    targets: [
        // The core: no input or output, no clock, no randomness of its own.
        room("AIoTBase"),
        room("AIoTMac", uses: ["AIoTBase"]),
        room("AIoTPhy", uses: ["AIoTBase"]),
        room("Conformance", uses: ["AIoTBase", "AIoTPhy"]),
        tests("AIoTBaseTests", uses: ["AIoTBase"]),
        tests("AIoTMacTests", uses: ["AIoTMac", "AIoTBase"]),
        tests("SampleLevelTests", uses: ["AIoTPhy", "AIoTMac", "AIoTBase"]),
        tests("AIoTPhyTests", uses: ["AIoTPhy", "AIoTBase", "Conformance"]),
    ],
    swiftLanguageModes: [.v6]
)
