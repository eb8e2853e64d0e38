import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import Foundation
import Testing

/// The truth files of the captures, as far as these tests need them.
private struct Truth: Decodable {
    struct Frame: Decodable {
        var direction: String
        var pdu: String
        var sampleStart: Int
        var sampleCount: Int
        var rate: Int?
        var subcarrier: Int?
        var frequencyIndex: Int?
    }
    var frames: [Frame]

    init(named name: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Captures/\(name).truth.json")
        self = try JSONDecoder().decode(Truth.self, from: Data(contentsOf: file))
    }
}

@Suite struct AirScheduleTests {
    private static let sampleRateHz = 1_920_000.0

    @Test(arguments: ["one-device", "direct", "six-devices", "coded-two-frequencies"])
    func everyBurstOfACaptureStartsWhereAnR2DFrameSchedulesIt(name: String) throws {
        var schedule = AirSchedule(profile: .oursV0, sampleRateHz: Self.sampleRateHz)
        var windows = AirSchedule.Windows()
        var end = 0
        var placed = 0
        for frame in try Truth(named: name).frames {
            let octets = try #require(Hex.decoded(frame.pdu))
            if frame.direction == "R2D" {
                windows = schedule.windows(after: try R2DMessage(decoding: octets))
                end = frame.sampleStart + frame.sampleCount
                continue
            }
            let match = windows.bursts.first { burst in
                let nominal = Double(end) + burst.delay.seconds * Self.sampleRateHz
                return abs(nominal - Double(frame.sampleStart)) <= 2
                    && burst.format.subcarrierPeriods == frame.subcarrier
                    && burst.frequencyPosition == frame.frequencyIndex
            }
            let burst = try #require(match, "no window for the burst at \(frame.sampleStart)")
            #expect(burst.format.rateCode == frame.rate)
            #expect(burst.format.transportBlockOctets == octets.count)
            let nominal = burst.format.duration(in: .oursV0).seconds * Self.sampleRateHz
            #expect(abs(Double(frame.sampleCount) / nominal - 1) < 0.0205)
            placed += 1
        }
        #expect(placed > 0)
    }

    @Test func aTriggerOfAnUnknownTransactionOpensNothing() {
        var schedule = AirSchedule(profile: .oursV0, sampleRateHz: Self.sampleRateHz)
        let trigger = R2DMessage.accessTrigger(AccessTrigger(transactionID: TransactionID(1), index: 1))
        #expect(schedule.windows(after: trigger).bursts.isEmpty)
    }

    @Test func aScheduleBeyondTheSampleRateOpensNothing() {
        var schedule = AirSchedule(profile: .oursV0, sampleRateHz: 1_000_000)
        let fast = Schedule(rateCode: 7, subcarrierCode: 3, transportBlockOctets: 20)
        let data = R2DUpperLayerData(transactionID: TransactionID(1), asID: ASID(1), schedule: fast)
        #expect(schedule.windows(after: .upperLayerData(data)).bursts.isEmpty)
    }
}
