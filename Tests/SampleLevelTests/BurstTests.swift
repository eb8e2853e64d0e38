import AIoTBase
import AIoTPhy
import Foundation
import Testing

@Suite struct BurstTests {
    static let rates = [1.92e6, 2.0e6, 2.4e6, 3.2e6, 20e6]

    /// Every rate code and R that a sample rate can carry.
    static func formats(_ rate: Double, octets: Int = 2) -> [D2RBurstFormat] {
        (0..<8).flatMap { code in
            (0..<7).map { D2RBurstFormat(rateCode: code, subcarrierPeriods: 1 << $0, transportBlockOctets: octets) }
        }.filter { $0.fits(sampleRateHz: rate, in: .oursV0) }
    }

    @Test(arguments: rates) func everyRateAndSubcarrierIsDecoded(rate: Double) throws {
        var generator = SeededGenerator(seed: UInt64(rate))
        let formats = Self.formats(rate)
        #expect(formats.count >= 35)
        for (index, format) in formats.enumerated() {
            let error = Double(index % 5 - 2) * 0.01
            let device = Scene.Device(
                message: generator.octets(2), format: format, clockError: error, late: -error * 1e-3,
                phase: Double(index), reflection: index.isMultiple(of: 2) ? .onOff : .twoPhase)
            let scene = Scene(rate: rate, devices: [device])
            let burst = scene.report(seed: UInt64(index)).burst
            #expect(burst?.octets == device.message, "\(format) e \(error): \(String(describing: burst))")
            guard let burst else { continue }
            #expect(abs(burst.start.seconds - 1e-3 - device.late) < 10e-6)
            #expect(abs(burst.measurement.clockError - error) < 0.002)
            #expect(abs(burst.measurement.snrDB - 15) < 4, "\(format) \(burst.measurement)")
            #expect(abs(burst.measurement.powerDB - 20 * log10(0.03)) < 1, "\(format) \(burst.measurement)")
        }
    }

    @Test(arguments: [-5_000.0, -700, 20, 5_000]) func aCommonOffsetAndDCDoNotMatter(offset: Double) throws {
        var generator = SeededGenerator(seed: 9)
        let frame = try R2DModulator.waveform(of: [0x57, 0, 1], chipsPerSymbol: 12, in: .oursV0)
        for (code, periods) in [(0, 1), (1, 2), (4, 2), (6, 1)] {
            let format = D2RBurstFormat(rateCode: code, subcarrierPeriods: periods, transportBlockOctets: 6)
            for dc in [0.0, 0.4, -1.2] {
                let end = 500 + frame.seconds * 1.92e6
                let device = Scene.Device(
                    message: generator.octets(6), format: format, clockError: 0.017, delay: end / 1.92e6 + 250e-6)
                let scene = Scene(devices: [device], dc: (dc, dc / 2), offsetHz: offset, keying: [(frame, 500)])
                var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate) { _ in
                    [scene.expected(format, delay: 250e-6)]
                }
                let events = receiver.push(scene.samples(seed: 4)) + receiver.finish()
                try #require(events.count == 2)
                guard case .frame(let heard) = events[0], case .occasion(let result) = events[1] else {
                    Issue.record("\(events)")
                    continue
                }
                #expect(heard.octets == [0x57, 0, 1] && abs(heard.endSample - end) < 1)
                let burst = result.report.burst
                #expect(burst?.octets == device.message, "\(format) dc \(dc)")
                #expect(abs((burst?.measurement.carrierOffsetHz ?? 0) - offset) < 15)
            }
        }
    }

    @Test func everyCodingIsDecodedNearItsLimit() throws {
        var generator = SeededGenerator(seed: 10)
        for octets in [2, 28] {
            for choice in 0..<8 {
                let format = D2RBurstFormat(
                    rateCode: 4, subcarrierPeriods: 2, fec: choice & 1 != 0, repetition: choice & 2 != 0,
                    midamble: choice & 4 != 0, transportBlockOctets: octets)
                let snr = 11.0 - (format.fec ? 7 : 0) - (format.repetition ? 2.5 : 0)
                var lost = 0
                for seed in 0..<20 {
                    let error = Double(seed % 5 - 2) * 0.01
                    let device = Scene.Device(message: generator.octets(octets), format: format, clockError: error)
                    let scene = Scene(devices: [device], snrDB: snr)
                    if scene.report(seed: UInt64(seed)).burst?.octets != device.message { lost += 1 }
                }
                #expect(lost <= 1, "\(format) at \(snr) dB")
            }
        }
    }

    @Test func emptyWindowsStayIdle() throws {
        let format = D2RBurstFormat(rateCode: 5, subcarrierPeriods: 2, transportBlockOctets: 2)
        let scene = Scene(amplitude: 0.01, seconds: 0.5)
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate)
        let slots = 400
        for slot in 0..<slots {
            receiver.expect([scene.expected(format, delay: 400e-6)], afterSample: Double(slot) * 2_300)
        }
        let events = receiver.push(scene.samples(seed: 3)) + receiver.finish()
        let reports = events.compactMap { if case .occasion(let result) = $0 { result.report } else { nil } }
        #expect(reports.count == slots)
        #expect(reports.allSatisfy { $0 == .idle })
    }

    @Test func ofTwoCollidingBurstsTheStrongerIsDecoded() throws {
        let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)
        var generator = SeededGenerator(seed: 12)
        var right = 0
        for seed in 0..<50 {
            let strong = Scene.Device(
                message: generator.octets(2), format: format, clockError: 0.04 * generator.uniform() - 0.02,
                phase: 6 * generator.uniform())
            let weak = Scene.Device(
                message: generator.octets(2), format: format, clockError: 0.04 * generator.uniform() - 0.02,
                level: 0.5, phase: 6 * generator.uniform())
            let scene = Scene(devices: [strong, weak], snrDB: 18)
            let report = scene.report(seed: UInt64(seed))
            switch report {
            case .decoded, .collision: if report.bursts.first?.octets == strong.message { right += 1 }
            case .undecodable: break
            case .idle: Issue.record("a collision is not idle")
            }
        }
        #expect(right >= 45)
    }

    @Test func ofTwoEqualBurstsNoneIsCalledIdle() throws {
        let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)
        var generator = SeededGenerator(seed: 13)
        var idle = 0
        for seed in 0..<60 {
            let devices = (0..<2).map { _ in
                Scene.Device(
                    message: generator.octets(2), format: format, clockError: 0.04 * generator.uniform() - 0.02,
                    phase: 6.28 * generator.uniform())
            }
            if Scene(devices: devices).report(seed: UInt64(seed)) == .idle { idle += 1 }
        }
        #expect(idle == 0)
    }

    @Test func frequencyPositionsAreDecodedSideBySideWithoutGhosts() throws {
        var generator = SeededGenerator(seed: 14)
        for pattern in 1..<16 {
            var devices: [Scene.Device] = []
            for position in 0..<4 where pattern >> position & 1 == 1 {
                devices.append(
                    Scene.Device(
                        message: generator.octets(2),
                        format: D2RBurstFormat(
                            rateCode: 3, subcarrierPeriods: 1 << position, transportBlockOctets: 2),
                        clockError: 0.03 * generator.uniform() - 0.015, level: 0.5 + generator.uniform(),
                        phase: 6 * generator.uniform()))
            }
            let scene = Scene(devices: devices, snrDB: 20)
            let bursts = (0..<4).map { position in
                scene.expected(
                    D2RBurstFormat(rateCode: 3, subcarrierPeriods: 1 << position, transportBlockOctets: 2),
                    delay: 1e-3, frequencyPosition: position)
            }
            let reports = scene.reports(bursts, seed: UInt64(pattern))
            for position in 0..<4 {
                let sent = devices.first { $0.format.subcarrierPeriods == 1 << position }
                if let sent {
                    #expect(reports[position].burst?.octets == sent.message, "pattern \(pattern) at \(position)")
                } else {
                    #expect(reports[position] == .idle, "pattern \(pattern) at \(position)")
                }
            }
        }
    }

    @Test func twoBurstsThatCancelEachOthersPreambleAreNotCalledIdle() throws {
        for periods in [1, 2, 4] {
            let format = D2RBurstFormat(rateCode: 3, subcarrierPeriods: periods, transportBlockOctets: 2)
            let devices = [([0x12, 0x34], 1.0), ([0xED, 0xCB], 1.0 + .pi)].map { message, phase in
                Scene.Device(message: message, format: format, clockError: 0.01, phase: phase)
            }
            #expect(Scene(devices: devices).report(seed: 1) == .undecodable)
        }
    }

    @Test func aMixtureOfTwoBurstsInStepIsNoBurst() throws {
        var generator = SeededGenerator(seed: 16)
        let format = D2RBurstFormat(rateCode: 3, subcarrierPeriods: 2, transportBlockOctets: 2)
        for seed in 0..<200 {
            let devices = (0..<2).map { _ in Scene.Device(message: generator.octets(2), format: format) }
            let burst = Scene(devices: devices, snrDB: 20).report(seed: UInt64(seed)).burst
            #expect(burst == nil || devices.map(\.message).contains(burst?.octets ?? []))
        }
    }

    @Test func uncodedBurstsAreDecodedWithinOneDecibelOfTheMatchedFilter() throws {
        var generator = SeededGenerator(seed: 17)
        for (octets, idealSNR) in [(2, 4.8), (28, 7.6)] {
            let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: octets)
            var lost = 0
            for seed in 0..<150 {
                let device = Scene.Device(
                    message: generator.octets(octets), format: format, clockError: 0.04 * generator.uniform() - 0.02,
                    late: 4e-6 * generator.uniform(), phase: 6 * generator.uniform())
                let scene = Scene(devices: [device], snrDB: idealSNR + 1)
                if scene.report(seed: UInt64(seed)).burst?.octets != device.message { lost += 1 }
            }
            // A matched filter that knows everything loses one in ten at the ideal SNR.
            #expect(lost <= 15)
        }
    }

    @Test func allTimeAndFrequencyPositionsAreHeardAfterOneFrame() throws {
        var generator = SeededGenerator(seed: 18)
        var devices: [Scene.Device] = []
        var bursts: [ExpectedBurst] = []
        let scene = Scene()
        for time in 0..<8 {
            for frequency in 0..<4 {
                let format = D2RBurstFormat(
                    rateCode: 4, subcarrierPeriods: 1 << frequency, transportBlockOctets: 2)
                let delay = 250e-6 + Double(time) * format.slotDuration(in: .oursV0).seconds
                let error = 0.03 * generator.uniform() - 0.015
                bursts.append(
                    ExpectedBurst(
                        format: format, delay: AirDuration(seconds: delay), timePosition: time,
                        frequencyPosition: frequency))
                devices.append(
                    Scene.Device(
                        message: generator.octets(2), format: format, clockError: error,
                        late: delay / (1 + error) - delay, level: 0.5 + generator.uniform(),
                        phase: 6 * generator.uniform(), delay: delay))
            }
        }
        var filled = scene
        filled.devices = devices
        filled.snrDB = 22
        let reports = filled.reports(bursts, seed: 1)
        #expect(reports.map { $0.burst?.octets } == devices.map(\.message))
    }
}
