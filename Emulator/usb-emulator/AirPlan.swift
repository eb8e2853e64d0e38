import AIoTAir
import AIoTSecurity
import ArgumentParser
import EmulatedAir

/// What the command line asks for: the boxes, and the air that they are on.
struct AirPlan {
    let options: USBEmulator
    let boxes: [PlannedBox]
    /// Who is in front of the first box; nil: nobody.
    private(set) var population: Population?

    init(_ options: USBEmulator) throws {
        self.options = options
        boxes = try options.box.enumerated().map { try PlannedBox($1, number: $0) }
        guard !boxes.isEmpty, boxes.count <= 16 else { throw ValidationError("--box: name one to sixteen") }
        if options.devices > 0 {
            population = Population(
                count: options.devices, configuration: try configuration(), largestClockError: 0.02, seed: options.seed)
        }
        guard (1_000...40_000_000).contains(options.rate), options.pace > 0, options.pace <= 100 else {
            throw ValidationError("--rate takes 1,000 to 40,000,000 Hz, --pace more than 0 and at most 100")
        }
    }

    func settings(of boxes: [AirBox]) throws -> BoxAirSettings {
        var boxes = boxes
        if options.clean {
            for box in boxes.indices {
                boxes[box].noiseDeviation = 0
                boxes[box].dcOffset = .zero
            }
        }
        for (box, ppm) in try perBox(options.ppm, boxes.count) { boxes[box].clockErrorPPM = ppm }
        for (box, offset) in try perBox(options.frequencyOffset, boxes.count) { boxes[box].frequencyOffsetHz = offset }
        var settings = BoxAirSettings(boxes: boxes, couplings: try couplings(boxes.count))
        settings.sampleRateHz = options.rate
        settings.seed = options.seed
        settings.devices = population?.devices ?? []
        return settings
    }

    private func configuration() throws -> SecurityConfiguration {
        guard let profile = octet(options.profile), let bits = octet(options.algorithms),
            let algorithms = SecurityAlgorithms(octet: bits)
        else { throw ValidationError("--profile takes an octet such as 0x57, --algorithms 0x00, 0x02, 0x20 or 0x22") }
        return SecurityConfiguration(
            profile: SecurityProfile(rawValue: profile), algorithms: algorithms,
            counterWindow: algorithms.hasIntegrity ? 15 : 0)
    }

    private func octet(_ text: String) -> UInt8? {
        text.hasPrefix("0x") ? UInt8(text.dropFirst(2), radix: 16) : UInt8(text)
    }

    /// `VALUE` is meant for all boxes but the first, `BOX:VALUE` for one.
    private func perBox(_ texts: [String], _ count: Int) throws -> [(Int, Double)] {
        try texts.flatMap { text in
            let parts = text.split(separator: ":").map { Double($0) }
            if parts.count == 1, let value = parts[0] { return (1..<max(count, 1)).map { ($0, value) } }
            guard parts.count == 2, let box = parts[0].flatMap({ Int(exactly: $0) }), let value = parts[1],
                (0..<count).contains(box)
            else { throw ValidationError("\(text): take a number, or BOX:NUMBER") }
            return [(box, value)]
        }
    }

    /// Everybody hears everybody at half amplitude, and a full-duplex box itself.
    private func couplings(_ count: Int) throws -> [[AirGain]] {
        let usual = options.clean ? AirGain(1) : AirGain(0.5, phase: 0.7)
        var gains = [[AirGain]](repeating: [AirGain](repeating: usual, count: count), count: count)
        for text in options.coupling {
            let parts = text.split(separator: ":").map { Double($0) }
            guard parts.count == 3, let from = parts[0].flatMap({ Int(exactly: $0) }),
                let to = parts[1].flatMap({ Int(exactly: $0) }), let amplitude = parts[2],
                gains.indices.contains(from), gains.indices.contains(to)
            else { throw ValidationError("--coupling \(text): take FROM:TO:AMPLITUDE") }
            gains[from][to] = AirGain(Float(amplitude), phase: 0.7)
        }
        return gains
    }
}
