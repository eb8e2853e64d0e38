import AIoTBase
import AIoTReader
import ControlSocket
import Foundation
import ReaderControl
import ReaderService
import Testing

@Suite struct ReaderControlTests {
    @Test func theStatusIsWhatTheLoopSaysNow() async throws {
        let reader = try await ControlledReader()
        reader.change {
            $0.counters.acknowledged = 20
            $0.openInventories = 2
        }
        reader.control.begin(.recording, cause: "disk full: make room")
        var client = try reader.client(#"{"request":"status"}"#)
        let status = try #require(try client.heard())
        #expect(status["type"] as? String == "status")
        #expect((status["counters"] as? [String: Any])?["acknowledged"] as? Int == 20)
        #expect(status["openInventories"] as? Int == 2)
        let trouble = try #require((status["troubles"] as? [[String: Any]])?.first)
        #expect(trouble["kind"] as? String == "recording")
        #expect(trouble["cause"] as? String == "disk full: make room")
        #expect(trouble["over"] is NSNull)
        #expect(try client.line(within: 10_000) == .end)
        await reader.close()
    }

    @Test func whoWatchesIsToldTheStatusThenWhatHappens() async throws {
        let reader = try await ControlledReader()
        var client = try reader.client(#"{"request":"events"}"#)
        var curious = try reader.client(#"{"request":"events","exchanges":true}"#)
        #expect(try client.heard()?["type"] as? String == "status")
        #expect(try curious.heard()?["type"] as? String == "status")
        let id = TransactionID(3)
        // Being subscribed comes just after the status.
        var told: [String: Any]?
        while told == nil {
            reader.see(.draining(true))
            if case .line = try client.line(within: 20), case .line = try curious.line(within: 20) { told = [:] }
        }
        reader.see(.notice(.exchange(id, device: 9, .opened(ASID(1)))))
        reader.see(.stopping)
        var types: [String] = []
        while types.last != "stopping", let line = try client.heard() { types.append(line["type"] as? String ?? "") }
        #expect(Set(types).isSubset(of: ["draining", "stopping"]))
        types = []
        while types.last != "stopping", let line = try curious.heard() { types.append(line["type"] as? String ?? "") }
        #expect(types.contains("exchange"))
        await reader.close()
        #expect(try client.line(within: 10_000) == .end)
    }

    @Test func aDrainWaitsForOpenInventories() async throws {
        let reader = try await ControlledReader()
        reader.change { $0.openInventories = 2 }
        var client = try reader.client(#"{"request":"drain","until":"drained"}"#)
        #expect(try client.heard()?["openInventories"] as? Int == 2)
        reader.change { $0.openInventories = 0 }
        var last: [String: Any]?
        while last == nil {
            reader.pulse()
            if case .line(let text) = try client.line(within: 20) {
                last = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            }
        }
        #expect(last?["openInventories"] as? Int == 0)
        #expect(last?["draining"] as? Bool == true)
        #expect(try client.line(within: 10_000) == .end)
        await reader.close()
    }

    @Test func aDrainThatSomebodyElseEndsIsAnError() async throws {
        let reader = try await ControlledReader()
        reader.change { $0.openInventories = 1 }
        var client = try reader.client(#"{"request":"drain","until":"drained"}"#)
        #expect(try client.heard()?["openInventories"] as? Int == 1)
        var other = try reader.client(#"{"request":"drain","off":true}"#)
        #expect(try other.heard()?["draining"] as? Bool == false)
        var answer = ControlClient.Answer.timeOut
        while answer == .timeOut {
            reader.pulse()
            answer = try client.line(within: 20)
        }
        guard case .line(let text) = answer else {
            Issue.record("nothing was said")
            return
        }
        #expect(text.contains("somebody else has ended the drain"))
        await reader.close()
    }

    @Test(arguments: [
        (ReloadOutcome.applied(changed: ["air.q"]), #"{"type":"reload","applied":true,"changed":["air.q"]}"#),
        (
            .refused(reason: "region cannot change without a restart"),
            #"{"type":"error","error":"reload refused, all is as it was: region cannot change without a restart"}"#
        ),
    ])
    func aReloadIsAnsweredWithWhatCameOfIt(outcome: ReloadOutcome, answer: String) async throws {
        let reader = try await ControlledReader(reload: outcome)
        var client = try reader.client(#"{"request":"reload"}"#)
        #expect(try client.line(within: 10_000) == .line(answer))
        await reader.close()
    }

    /// A service that ends while its loop does not answer.
    @Test func whoWaitsForALoopThatEndsIsTold() async throws {
        let reader = try await ControlledReader(isAnswering: false)
        var client = try reader.client(#"{"request":"status"}"#)
        #expect(try client.line(within: 50) == .timeOut)
        reader.control.finish()
        #expect(try client.heard()?["retry"] as? Bool == true)
        await reader.close()
    }

    @Test func aLinkHasTheConnectionToItself() async throws {
        var extras = ReaderControlService.Extras()
        extras.link = { connection in
            while let line = await connection.next() { connection.send(String(decoding: line, as: UTF8.self)) }
        }
        let reader = try await ControlledReader(extras: extras)
        var client = try reader.client(#"{"request":"link"}"#)
        for number in 0..<10 {
            try client.send(line: "\(number)")
            #expect(try client.line(within: 10_000) == .line("\(number)"))
        }
        await reader.close()
    }

    @Test(arguments: [#"{"request":"link"}"#, #"{"request":"capture"}"#, "nonsense"])
    func whatADaemonCannotDoItRefuses(request: String) async throws {
        let reader = try await ControlledReader()
        var client = try reader.client(request)
        #expect(try client.heard()?["type"] as? String == "error")
        #expect(try client.line(within: 10_000) == .end)
        await reader.close()
    }
}
