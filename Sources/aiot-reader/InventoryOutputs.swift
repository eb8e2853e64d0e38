import AIoTBase
import AIoTCapture
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import ArgumentParser
import ControlSocket
import Foundation
import RadioFrontEnd

/// Everything that an inventory puts out: lines for people or programs, a capture, a recording.
final class InventoryOutputs {
    private let format: OutputFormat
    private let recorder: Recorder?
    private let capture: FrameCapture?
    private let isTerminal = isatty(STDOUT_FILENO) != 0
    private let start = ContinuousClock.now
    private(set) var found = 0
    private var transactionID = TransactionID(0)
    private var requests = 0
    private var missing = 0
    private var lastInstant = AirTime.zero

    init(options: InventoryOptions, readerConfiguration: ReaderConfiguration) throws {
        format = options.format
        recorder = try options.record.map {
            try Recorder(name: $0, sampleRateHz: readerConfiguration.sampleRateHz)
        }
        capture = try options.capture.map { try FrameCapture(path: $0) }
        if format == .text {
            Console.print(
                "\(options.devices) simulated devices, target \(options.target.rawValue), "
                    + "profile \(options.profile.defaultValueDescription), "
                    + "algorithms \(options.algorithms.defaultValueDescription), air \(options.air.rawValue)")
            Console.print("")
            Console.print("   air time  device ID                 authenticated  command")
        }
    }

    /// Every received sample, interleaved.
    func record(_ samples: UnsafeBufferPointer<Float>) {
        recorder?.append(samples)
    }

    func take(_ happening: World.Happening) {
        switch happening {
        case .frame(let frame): take(frame)
        case .ngap(let isToAIoTF, let octets, let time):
            capture?.append(ngap: octets, isToAIoTF: isToAIoTF, at: time.nanoseconds)
        case .notice(let notice, let time): showProgress(notice, at: time)
        case .carrier: break
        case .result(let result, let time): show(result, at: time)
        case .finished(let summary, _):
            requests += summary.requests
            missing += summary.missing.count
            if let refusal = summary.refusal { Console.report("the AIoTF refused the order: \(refusal)") }
        }
    }

    private func take(_ frame: AirFrame) {
        if frame.isR2D, let first = frame.octets.first { transactionID = TransactionID(first) }
        capture?.append(FrameRecord(frame, transactionID: transactionID), at: frame.start.nanoseconds)
        recorder?.annotate(frame, comment: Hex.encoded(frame.octets))
    }

    private func show(_ result: DeviceResult, at time: AirTime) {
        found += 1
        guard format == .json else {
            clearProgress()
            let stamp = String(format: "%8.1f ms", time.seconds * 1_000)
            let command = result.command.map { $0.text } ?? ""
            let id = Hex.encoded(result.deviceID).padded(to: 24)
            Console.print("\(stamp)  \(id)  \(result.authenticated ? "yes" : "no ")            \(command)")
            return
        }
        var line = JSONLine()
        line.add("type", "device")
        line.add("deviceID", Hex.encoded(result.deviceID))
        line.add("authenticated", result.authenticated)
        line.add("airSeconds", time.seconds, decimals: 6)
        if let command = result.command {
            line.add("commandStatus", command.status)
            line.add("commandData", command.data)
        }
        Console.print(line.text)
    }

    /// A live line on a terminal: what the reader is doing.
    private func showProgress(_ notice: ReaderNotice, at time: AirTime) {
        guard format == .text, isTerminal, case .roundStarted(_, let round, let q, let acknowledged) = notice else {
            return
        }
        Console.printPart("\r\u{1B}[Kround \(round): \(1 << q) access occasions, \(acknowledged) acknowledged")
    }

    private func clearProgress() {
        if format == .text, isTerminal { Console.printPart("\r\u{1B}[K") }
    }

    func summarise(_ world: World, devices: Int) {
        let counters = world.reader.counters
        let wall = Double((ContinuousClock.now - start) / .nanoseconds(1)) / 1e9
        guard format == .json else {
            clearProgress()
            Console.print("")
            Console.print(
                String(
                    format: "%d of %d devices in %.3f s on the air (%.2f s of computing)", found, devices,
                    world.now.seconds, wall))
            Console.print(
                "\(counters.rounds) rounds, \(counters.occasions) access occasions: \(counters.idle) idle, "
                    + "\(counters.single) single, \(counters.collided) collided")
            let parts = Self.costParts(world, devices).map { String(format: "%.1f %@", $0.mean, $0.unit) }
            Console.print("cost of a device: " + parts.joined(separator: ", "))
            return
        }
        var line = JSONLine()
        line.add("type", "summary")
        line.add("devices", found)
        line.add("missing", max(0, devices - found))
        line.add("requests", requests)
        line.add("rounds", counters.rounds)
        line.add("occasions", counters.occasions)
        line.add("idle", counters.idle)
        line.add("single", counters.single)
        line.add("collided", counters.collided)
        line.add("acknowledged", counters.acknowledged)
        line.add("nacked", counters.nacked)
        line.add("airSeconds", world.now.seconds, decimals: 6)
        line.add("wallSeconds", wall, decimals: 3)
        for part in Self.costParts(world, devices) { line.add(part.name, part.mean, decimals: 2) }
        Console.print(line.text)
    }

    /// What a device spent on average, pagings that were not for it included.
    private static func costParts(_ world: World, _ devices: Int) -> [(name: String, unit: String, mean: Double)] {
        let cost = world.radio.deviceCost
        let count = Double(max(1, devices))
        return [
            ("deviceHMACBlocks", "HMAC blocks", Double(cost.hmacBlocks) / count),
            ("deviceAESBlocks", "AES blocks", Double(cost.aesBlocks) / count),
            ("deviceNonVolatileWrites", "non-volatile writes", Double(cost.nonVolatileWrites) / count),
            ("deviceOctetsSent", "octets sent", Double(cost.octetsSent) / count),
            ("deviceOctetsReceived", "octets received", Double(cost.octetsReceived) / count),
        ]
    }

    func finish() throws {
        do {
            try recorder?.finish()
            try capture?.finish()
        } catch let code as ExitCode {
            throw code
        } catch {
            Console.report("writing failed: \(error.localizedDescription)")
            throw Ending.cannotWrite
        }
    }
}

extension FrameRecord {
    /// The capture's view of a frame on the simulated air.
    init(_ frame: AirFrame, transactionID: TransactionID) {
        switch frame.direction {
        case .r2d(let chipsPerSymbol):
            self.init(
                direction: .r2d, flags: .crcRight, rate: UInt8(clamping: chipsPerSymbol),
                transactionID: transactionID, message: frame.octets)
        case .d2r(let format, let measurement, let occasion, let isMsg1OfCBRA):
            var flags: Flags = .crcRight
            if format.fec { flags.insert(.fec) }
            if format.repetition { flags.insert(.repetition) }
            if format.midamble { flags.insert(.midamble) }
            if isMsg1OfCBRA { flags.insert(.bareRandomID) }
            self.init(
                direction: .d2r, flags: flags, rate: UInt8(clamping: format.rateCode),
                subcarrierPeriodsPerBit: UInt8(clamping: format.subcarrierPeriods), transactionID: transactionID,
                occasion: occasion.flatMap { UInt16(exactly: $0) },
                relativePowerDeciDB: Self.field(measurement.powerDB, steps: 0.1),
                snrDeciDB: Self.field(measurement.snrDB, steps: 0.1),
                clockErrorTenPPM: Self.field(measurement.clockError, steps: 1e-5),
                carrierOffsetHz: Self.field(measurement.carrierOffsetHz, steps: 1), message: frame.octets)
        }
    }
}

extension DeviceResult.CommandOutcome {
    var status: String {
        switch self {
        case .response(let response): "\(response.status)"
        case .failed: "failed"
        }
    }

    var data: String? {
        if case .response(let response) = self { Hex.encoded(response.data) } else { nil }
    }

    var text: String { [status, data ?? ""].joined(separator: " ") }
}
