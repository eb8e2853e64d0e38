import AIoTBase
import ControlSocket
import ReaderControl
import Testing

@Suite struct ReaderRequestTests {
    @Test(arguments: [
        (#"{"request":"status"}"#, ReaderRequest.status), (#"{"request":"events"}"#, .events(exchanges: false)),
        (#"{"request":"events","exchanges":true}"#, .events(exchanges: true)),
        (#"{"request":"drain"}"#, .drain(isOn: true, waits: false)),
        (#"{"request":"drain","until":"drained"}"#, .drain(isOn: true, waits: true)),
        (#"{"request":"drain","off":true}"#, .drain(isOn: false, waits: false)),
        (#" {"request" : "reload"} "#, .reload), (#"{"request":"link"}"#, .link),
        (#"{"request":"capture","action":"stop"}"#, .capture),
    ])
    func aRequestIsWhatItSays(line: String, request: ReaderRequest) throws {
        #expect(try ReaderRequest(line.utf8) == request)
    }

    @Test(arguments: [
        "", "{", "[]", "7", "{}", #"{"request":"dance"}"#, #"{"request":7}"#, #"{"request":"status","of":"all"}"#,
        #"{"request":"events","exchanges":"yes"}"#, #"{"request":"drain","until":"noon"}"#,
        #"{"request":"drain","until":"drained","off":true}"#, #"{"request":"drain","off":"true"}"#,
        #"{"request":"reload","file":"other.yaml"}"#, #"{"request":null}"#,
        String(repeating: "[", count: 65_536), String(repeating: #"{"a":"#, count: 9_000),
    ])
    func anythingElseIsRefusedWithWhatToWrite(line: String) {
        let failure = #expect(throws: ControlFailure.self) { try ReaderRequest(line.utf8) }
        #expect(failure?.text.isEmpty == false)
    }

    @Test func anyOctetsAreRefused() {
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<2_000 {
            let octets = generator.octets(Int(generator.next() % 128))
            #expect(throws: ControlFailure.self) { try ReaderRequest(octets) }
        }
        // What is nearly a request: one octet of it is another one.
        let line = Array(#"{"request":"drain","until":"drained"}"#.utf8)
        for place in line.indices {
            var octets = line
            octets[place] = UInt8(truncatingIfNeeded: generator.next())
            guard octets != line, let request = try? ReaderRequest(octets) else { continue }
            #expect(request == .drain(isOn: true, waits: true), "\(String(decoding: octets, as: UTF8.self))")
        }
    }
}
