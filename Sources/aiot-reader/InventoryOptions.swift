import AIoTBase
import AIoTF
import AIoTFService
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTSecurity
import ArgumentParser

enum AirLevel: String, ExpressibleByArgument, CaseIterable {
    /// Waveforms: modulators, a simulated channel, the receiver.
    case sample
    /// Bursts that arrive or collide: fast.
    case burst
}

enum TargetOption: String, ExpressibleByArgument, CaseIterable {
    case all
    case group
    case device
}

enum AccessOption: String, ExpressibleByArgument, CaseIterable {
    case auto
    case cbra
    case direct
    case cfra

    var mode: AccessMode? {
        switch self {
        case .auto: nil
        case .cbra: .cbra
        case .direct: .direct
        case .cfra: .cfra
        }
    }
}

/// An octet as `0x17` or decimal.
struct OctetOption: ExpressibleByArgument {
    var value: UInt8

    init(_ value: UInt8) { self.value = value }

    init?(argument: String) {
        let text = argument.lowercased()
        let parsed = text.hasPrefix("0x") ? UInt8(text.dropFirst(2), radix: 16) : UInt8(text)
        guard let parsed else { return nil }
        value = parsed
    }

    var defaultValueDescription: String { "0x" + Hex.encoded([value]) }
}

/// `read:OFFSET,LENGTH`, `write:OFFSET,HEX` or `disable`.
struct CommandOption: ExpressibleByArgument {
    var command: FollowOnCommand

    init?(argument: String) {
        guard let command = FollowOnCommand(text: argument) else { return nil }
        self.command = command
    }
}

struct InventoryOptions: ParsableArguments {
    @Option(help: "The radio; loopback simulates the devices.")
    var frontEnd = "loopback"

    @Option(help: "Simulated devices, 1 to 20,000.")
    var devices = 20

    @Option(help: "Seed of everything that is drawn at random.")
    var seed: UInt64 = 1

    @Option(help: "Simulate waveforms (sample) or just bursts (burst).")
    var air = AirLevel.sample

    @Option(
        help: """
            Security profile, bits 0 to 6: replay protection, device authentication, network authentication, \
            resynchronisation, key hint, paging tag, follow-on commands.
            """)
    var profile = OctetOption(0x17)

    @Option(help: "Algorithms: 0x00, 0x02 (128-NIA2), 0x20 (128-NEA2) or 0x22.")
    var algorithms = OctetOption(0x22)

    @Option(help: "Counter window W. (default: 15 with 128-NIA2 and replay protection, else 0)")
    var counterWindow: UInt32?

    @Option(help: "Who is paged.")
    var target = TargetOption.group

    @Option(help: "Access mode; auto: CFRA for one device, CBRA otherwise.")
    var access = AccessOption.auto

    @Option(help: "Frequency positions Y: 1, 2, 4 or 8.")
    var frequencies = 1

    @Option(parsing: .unconditional, help: "Fixes q: 2^q access occasions a round. (default: the reader chooses)")
    var q: Int?

    @Option(parsing: .unconditional, help: "SNR per bit in dB.")
    var snr = 20.0

    @Option(parsing: .unconditional, help: "Largest error of the devices' clocks, ppm.")
    var clockError = 20_000

    @Option(
        parsing: .unconditional,
        help: "Probability that a device misses a frame or its burst is lost (burst level only).")
    var loss = 0.0

    @Option(help: "No burst is due earlier than this after its R2D frame, ms: what devices behind a USB host need.")
    var minTurnaround = 0

    @Option(help: "Simulated round trip to the AIoTF, ms.")
    var coreRtt = 0

    @Option(help: "A command for each device found: read:OFFSET,LENGTH, write:OFFSET,HEX or disable.")
    var command: CommandOption?

    @Option(help: "Writes every frame and NGAP PDU to this pcapng file.")
    var capture: String?

    @Option(help: "Writes the received samples as NAME.sigmf-meta and NAME.sigmf-data (sample level only).")
    var record: String?

    @Option(
        help:
            "Pagings per inventory at most. (default: 16; past 255 devices, the AS IDs there are, 16 and a fifth of them)"
    )
    var maxRounds: Int?

    @Option(
        help: ArgumentHelp(
            "The control socket of a daemon: its radio, instead of a simulated one.", valueName: "socket"))
    var via: String?

    @Option(help: "With --via: the AIoTF's devices are those of this store, instead of simulated ones.")
    var store: String?

    @Option(help: "With --store: its master key. (default: the systemd credential aiotf-key)")
    var keyFile: String?

    @Option(help: "text, or json: one object a line.")
    var format = OutputFormat.text

    func validate() throws {
        try validateVia()
        guard frontEnd == "loopback" else {
            Console.report(
                "front end \(frontEnd) is not there: inventory has loopback only; boxes are for `run --config`")
            throw ExitCode(69)
        }
        try require((1...20_000).contains(devices), "--devices \(devices): take 1 to 20,000")
        try require(target != .group || devices > 0, "--target group needs devices")
        try require([1, 2, 4, 8].contains(frequencies), "--frequencies \(frequencies): take 1, 2, 4 or 8")
        try require(snr.isFinite && (-20...80).contains(snr), "--snr \(snr): take -20 to 80 dB")
        try require((0...100_000).contains(clockError), "--clock-error \(clockError): take 0 to 100,000 ppm")
        try require((0..<1).contains(loss), "--loss \(loss): take 0 up to, not including, 1")
        try require(loss == 0 || air == .burst, "--loss goes with --air burst: at sample level lower --snr instead")
        try require(record == nil || air == .sample, "--record needs --air sample: bursts have no samples")
        try require((0...60_000).contains(coreRtt), "--core-rtt \(coreRtt): take 0 to 60,000 ms")
        try require(SecurityAlgorithms(octet: algorithms.value) != nil, "--algorithms: take 0x00, 0x02, 0x20 or 0x22")
        try require(profile.value < 0x80, "--profile: bit 7 belongs to group pagings, take 0x00 to 0x7f")
        try require(access != .cfra || target == .device, "--access cfra is for --target device: it has no contention")
        for problem in readerConfiguration.problems { throw ValidationError(problem) }
    }

    /// What the daemon decides is not for this command to say.
    private func validateVia() throws {
        try require(via != nil || store == nil, "--store goes with --via SOCKET; without it devices are simulated")
        try require(store != nil || keyFile == nil, "--key-file goes with --store FILE")
        guard via != nil else { return }
        let hint = "is of no use with --via: start one in the daemon, `aiot-reader capture start NAME --via SOCKET`"
        try require(capture == nil, "--capture \(hint)")
        try require(record == nil, "--record \(hint) --samples")
        for (name, isGiven) in [
            ("access", access != .auto), ("frequencies", frequencies != 1), ("q", q != nil), ("snr", snr != 20),
            ("loss", loss != 0), ("clock-error", clockError != 20_000), ("min-turnaround", minTurnaround != 0),
            ("core-rtt", coreRtt != 0), ("max-rounds", maxRounds != nil),
        ] {
            try require(!isGiven, "--\(name) is the daemon's to say: set it in its configuration, or leave out --via")
        }
    }

    private func require(_ condition: Bool, _ text: String) throws {
        guard condition else { throw ValidationError(text) }
    }

    var readerConfiguration: ReaderConfiguration {
        var configuration = ReaderConfiguration()
        configuration.frequencyCode = frequencies.trailingZeroBitCount
        configuration.accessMode = access.mode
        configuration.fixedQ = q
        // A paging gives at most 255 AS IDs, and with one frequency position 2,048 occasions.
        configuration.maxRounds = maxRounds ?? (devices > 255 ? 16 + devices / 5 : 16)
        configuration.minTurnaroundMilliseconds = minTurnaround
        // The reader listens for what the devices are, and never for less than the profile has.
        configuration.profile.largestClockError = max(
            configuration.profile.largestClockError, Double(clockError) / 1e6)
        return configuration
    }
}
