import AIoTBase
import AIoTMac
import AIoTReader
import NGAP
import Testing

@Suite struct CommandRequestTests {
    /// A single device that waits for the AIoTF.
    private func waiting() throws -> (bench: ReaderBench, device: UInt32) {
        var bench = ReaderBench()
        bench.request(1, hasFollowOn: true)
        bench.end([ReaderBench.data([2, 1, 7])])
        return (bench, try #require(Self.reportedDevices(bench.takeSent()).first))
    }

    static func reportedDevices(_ pdus: [NGAPPDU]) -> [UInt32] {
        pdus.flatMap { pdu -> [UInt32] in
            guard case .inventoryReport(let report) = pdu else { return [] }
            return report.readers.flatMap(\.devices).compactMap(\.ranDeviceNGAPID)
        }
    }

    private func failures(_ pdus: [NGAPPDU]) -> [Cause] {
        pdus.compactMap { if case .commandFailure(let message) = $0 { message.cause } else { nil } }
    }

    @Test func aCommandThatComesAfterTheBudgetIsLateThoughNobodyHasToldTheTime() throws {
        var (bench, device) = try waiting()
        bench.wait(milliseconds: 500)
        bench.command(1, device: device)
        #expect(bench.messages.last?.name != "R2DUpperLayerData", "never sent on the air")
        #expect(failures(bench.takeSent()) == [.aiotDeviceNotReachable])
        #expect(bench.notices.contains(.dropped(.lateCommand)))
    }

    @Test func aCommandInTimeThatWaitsForTheAirBeyondTheBudgetIsLateToo() throws {
        var bench = ReaderBench { $0.fixedQ = 2 }
        bench.request(1, group: true, hasFollowOn: true)
        bench.end([[0x11, 0x11], [0x22, 0x22]])
        bench.end([ReaderBench.data([2, 1, 7]), ReaderBench.data([2, 1, 8])])
        let devices = Self.reportedDevices(bench.takeSent())
        try #require(devices.count == 2)
        // Something else is on the air while both commands come.
        try #require(bench.transmission != nil)
        bench.command(1, device: devices[0])
        bench.command(1, device: devices[1])
        bench.wait(milliseconds: 600)
        let before = bench.messages.count
        bench.end()
        #expect(!bench.messages[before...].contains { $0.name == "R2DUpperLayerData" })
        #expect(failures(bench.takeSent()) == [.aiotDeviceNotReachable, .aiotDeviceNotReachable])
    }

    @Test func aSecondCommandWhileOneIsUnderWayIsRefusedAndHarmsNothing() throws {
        var (bench, device) = try waiting()
        bench.command(1, device: device)
        bench.command(1, device: device)
        #expect(failures(bench.takeSent()) == [.messageNotCompatibleWithReceiverState])
        bench.end([ReaderBench.data([4, 9])])
        #expect(bench.relays.count == 1)
    }

    @Test func aNASPDUThatIsTooLongIsRefusedAndItsExchangeGoesOn() throws {
        var (bench, device) = try waiting()
        bench.command(1, device: device, pdu: [UInt8](repeating: 3, count: 241))
        #expect(failures(bench.takeSent()) == [.semanticError])
        bench.command(1, device: device)
        bench.end([ReaderBench.data([4, 9])])
        #expect(bench.relays.count == 1)
    }

    @Test func anInventoryOfAnotherAIoTFThanTheOneThatAcceptedTheReaderIsRefused() {
        var bench = ReaderBench()
        bench.request(1, hasFollowOn: true, aiotf: [0xB2])
        #expect(bench.takeSent().map(\.name) == ["InventoryFailure"])
        #expect(bench.transmission == nil)
    }

    @Test func aSlowDiskDoesNotMakeTheAIoTFSlow() {
        var bench = ReaderBench { $0.fixedQ = 6 }
        bench.request(1, group: true, hasFollowOn: false, profile: 0x02)
        bench.end([[0x11, 0x11]])
        bench.end([ReaderBench.data([2, 1, 7])])
        // The spool takes longer than the budget.
        bench.pass(milliseconds: 501)
        bench.end([[0x22, 0x22]])
        bench.end()
        var responses = 0
        for _ in 0..<12 where bench.transmission != nil {
            if bench.messages.last?.name == "RandomIDResponse" {
                responses += 1
                bench.end([ReaderBench.data([2, 1, UInt8(responses + 7)])])
            } else {
                bench.end([[0x33, UInt8(responses)]])
            }
        }
        #expect(responses > 1, "further occasions are opened while messages wait for the disk")
    }
}
