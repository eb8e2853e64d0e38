import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import ControlSocket
import Testing

@Suite struct ControlRequestTests {
    private static let orders: [ControlRequest] = [
        .readers, .cancel(order: 7), .inventory(InventoryOrder(target: .all), waits: true),
        .inventory(
            InventoryOrder(
                target: .group([0x60, 1]), command: .write(offset: 1, data: [0xAB]), scope: .areas([[0, 0, 1]])),
            waits: false),
        .inventory(
            InventoryOrder(
                target: .device([0xD0]), command: .read(offset: 0, length: 8),
                scope: .readers([ReaderAddress(gnbID: 7, readerIndex: 65_535)])), waits: true),
        .inventory(InventoryOrder(target: .device([0xD0]), command: .permanentDisable), waits: true),
    ]

    @Test(arguments: orders)
    func aRequestIsReadAsItWasWritten(request: ControlRequest) throws {
        #expect(try ControlRequest(request.line.utf8) == request)
    }

    @Test(arguments: [
        "", "{", "[]", "7", "{}", #"{"request":"dance"}"#, #"{"request":"inventory"}"#,
        #"{"request":"inventory","all":true,"group":"6001"}"#, #"{"request":"inventory","group":"6"}"#,
        #"{"request":"inventory","all":true,"aera":["000001"]}"#, #"{"request":"inventory","all":true,"areas":[]}"#,
        #"{"request":"inventory","all":true,"areas":["01"]}"#, #"{"request":"inventory","all":true,"areas":"000001"}"#,
        #"{"request":"inventory","all":true,"readers":["7"]}"#,
        #"{"request":"inventory","all":true,"readers":["7:0"]}"#,
        #"{"request":"inventory","all":true,"readers":["7:1"],"areas":["000001"]}"#,
        #"{"request":"inventory","all":true,"command":"erase"}"#, #"{"request":"cancel"}"#,
        #"{"request":"cancel","order":-1}"#,
    ])
    func anythingElseIsRefusedWithAReason(line: String) {
        let failure = #expect(throws: ControlFailure.self) { try ControlRequest(line.utf8) }
        #expect(failure?.text.isEmpty == false)
    }

    @Test func garbageIsRefused() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let octets = generator.octets(Int(generator.next() % 64))
            #expect(throws: ControlFailure.self) { try ControlRequest(octets) }
        }
    }
}
