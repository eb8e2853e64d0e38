import SoftDevice
import StreamFrontEnd
import Testing

@Suite struct DeskInventoryTests {
    @Test func anInventoryFinds10DevicesBehindASecondBox() throws {
        var desk = try DeskInventory(devices: 10, minTurnaroundMilliseconds: 10)
        desk.run()
        let hasFoundAll = desk.hasFoundAll
        let counters = desk.soft.counters
        #expect(hasFoundAll, "\(desk.results.count) found; \(counters); \(desk.frontEnd.counters)")
        // CBRA: each has sent Msg1, an access response and an ID report at least.
        #expect(counters.burstsSent >= 30)
        #expect(counters.burstsLate == 0 && counters.burstsUnplaced == 0)
    }
}
