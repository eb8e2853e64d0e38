import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import ArgumentParser
import Glibc
import LoopbackFrontEnd
import RadioFrontEnd
import SoftDevice
import Transceiver
import USBTransport
import UnixSignals

/// `device`: the device model on an SDR of its own.
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Devices on a second SDR, for a reader on the same desk.",
        discussion: """
            They hear the reader's frames and answer as backscatter would. A USB host needs time for that: give the reader \
            --min-turnaround (air.min-turnaround-ms), 40 to begin with; too little is told, with what is needed. The AIoTF \
            knows them by their seed:
              aiot-reader aiotf provision --store aiotf.db --key-file aiotf.key simulated --devices 10 --seed 1
              aiot-reader device --devices 10 --seed 1 --memory devices.bin
            Runs until SIGTERM or SIGINT, through unplugging and replugging. Exit status: 0 stopped; 66 no configuration; \
            69 no USB here; 73 the memory cannot be used; 78 configuration wrong.
            """)

    @OptionGroup var options: DeviceOptions

    @Flag(help: "A line for each frame that is heard.")
    var verbose = false

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let settings = try options.settings()
        let (devices, memory) = try population(settings)
        let (transmitter, receiver) = try boxes(settings)
        let voice = DeviceVoice(settings, isVerbose: verbose)
        let soft = SoftDevices(
            devices: devices, transmitter: transmitter, receiver: receiver, settings: settings.soft,
            keep: { memory?.keep($0) }, tell: { voice.say($0) })
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        soft.start(clock: Self.now)
        for await _ in signals { break }
        soft.stop()
        voice.summarise(soft.counters)
    }

    private func population(_ settings: DeviceSettings) throws -> ([Device], DeviceMemoryFile?) {
        guard let path = settings.memory else { return (settings.plan.population().devices, nil) }
        do {
            let memory = try DeviceMemoryFile(
                path: path, seed: settings.plan.seed, new: settings.plan.population().devices.map(\.nas.nonVolatile))
            return (settings.plan.population(nonVolatile: memory.states).devices, memory)
        } catch {
            Console.report("\(error)")
            throw Ending.cannotWrite
        }
    }

    private func boxes(_ settings: DeviceSettings) throws -> (any Transceiver, any Transceiver) {
        do {
            return settings.transceivers(on: try Self.bus())
        } catch {
            Console.report("\(error)")
            throw Ending.unavailable
        }
    }

    private static func bus() throws(USBError) -> any USBBus { try USBContext() }

    @Sendable private static func now() -> AirTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return AirTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
