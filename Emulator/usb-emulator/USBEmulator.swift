import AIoTAir
import AIoTSecurity
import ArgumentParser
import EmulatedAir
import Foundation
import Synchronization

/// Emulated HackRF Ones and ADALM-Plutos for programs that use the real libusb, with devices in front of them.
@main
struct USBEmulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usb-emulator",
        abstract: "Boxes that do not exist, for the real libusb; run it and its clients under umockdev-wrapper.",
        discussion: """
            When it is ready it prints a line of JSON: the root of the test bed, which clients need in UMOCKDEV_DIR, and \
            the boxes. It then takes commands, one a line: plug N, unplug N, silence N, resume N, stall N ENDPOINT, \
            clear N ENDPOINT, gap N SAMPLES, underrun N SAMPLES, wrong-firmware N, old-firmware N, right-firmware N, \
            deny N, allow N, slow-control N MILLISECONDS, tap N [FILE], stats, quit. Each is answered with a line of \
            JSON. It ends with standard input.
            """)

    @Option(help: "hackrf or pluto, with a serial number after a colon; may be repeated.") var box: [String] = []
    @Option(help: "Devices of a population in front of the first box.") var devices = 0
    @Option(help: "Of the population and of the air.") var seed: UInt64 = 1
    @Option(help: "Security profile of the devices, as of aiot-reader aiotf provision.") var profile = "0x57"
    @Option(help: "Algorithms of the devices.") var algorithms = "0x22"
    @Option(help: "Samples per second of the air and of all boxes.") var rate = 1_920_000.0
    @Option(help: "Seconds of the air in one of the clock.") var pace = 1.0
    @Option(help: "Milliseconds that the air stands still for a host that is late; 0 is as real air does it.")
    var patience = 0
    @Option(
        parsing: .unconditionalSingleValue,
        help: "HZ, or BOX:HZ: how far the frequency is off, of all boxes but the first.")
    var frequencyOffset: [String] = []
    @Option(
        parsing: .unconditionalSingleValue,
        help: "PPM, or BOX:PPM: how fast the crystal is, of all boxes but the first.") var ppm: [String] = []
    @Option(help: "FROM:TO:AMPLITUDE: how strongly one box hears another, or itself.") var coupling: [String] = []

    @Option(help: "File to which the devices write what they were paged and acknowledged.") var journal: String?
    @Option(help: "File of what the devices keep without a carrier; made anew.") var memory: String?

    @Flag(
        help: "No noise, no DC offset, and everybody hears everybody as sent: received samples are those transmitted.")
    var clean = false

    func run() throws {
        let bench = Bench()
        guard let bed = TestBed(bench) else {
            throw ValidationError("it has to run under umockdev-wrapper (Debian's package umockdev)")
        }
        defer { bed.remove() }
        let plan = try AirPlan(self)
        let air = BoxAir(try plan.settings(of: try bench.start(bed, plan.boxes)))
        if let population = plan.population {
            var truth = try Truth(of: population, seed: seed, journal: journal, memory: memory)
            air.setJournal { truth.note($0, $1) }
        }
        Pump(bench, air, pace: pace, patience: .milliseconds(patience)).start()
        say(Commands.encode(bench.state.withLock { Ready(root: bed.root, $0) }))
        let commands = Commands(bench: bench)
        while let line = readLine(), let answer = commands.answer(line) { say(answer) }
    }

    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}
