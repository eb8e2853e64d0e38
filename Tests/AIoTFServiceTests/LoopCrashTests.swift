import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import Testing

/// The process dies at any moment, and another one goes on with its store.
@Suite struct LoopCrashTests {
    /// Nor is a WRITE sent twice, nor a request remembered for ever.
    @Test(arguments: [false, true], ["", #","command":"read:0,4""#, #","command":"write:2,aabb""#])
    func aCrashAtAnyDeedLosesNoDevice(diesBeforeCommit: Bool, command: String) throws {
        for target in command.isEmpty ? [#""group":"6001""#, #""all":true"#] : [#""group":"6001""#] {
            let request = "{\"request\":\"inventory\",\(target)\(command)}"
            var deeds = 0
            while try runWithCrash(after: deeds, diesBeforeCommit, request) { deeds += 1 }
            #expect(deeds >= 20)
        }
    }

    /// - Returns: whether it came to the crash.
    private func runWithCrash(after deeds: Int, _ diesBeforeCommit: Bool, _ request: String) throws -> Bool {
        let world = try LoopWorld(3)
        world.deeds.die(after: deeds)
        world.diesBeforeCommit = diesBeforeCommit
        try world.connect()
        try world.order(request)
        try world.run()
        let hasCrashed = world.deeds.isDead
        if hasCrashed {
            try world.restart()
            // It was never taken: who ordered it orders again.
            if try world.store.report(ofOrder: 1) == nil { try world.order(request) }
            try world.connect()
            try world.run()
        }
        let label: Comment = "crash after \(deeds) deeds, before the commit: \(diesBeforeCommit)"
        let report = try #require(try world.store.report(ofOrder: 1))
        #expect(report.results.count == 3, label)
        #expect(report.ending?.missing == [], label)
        #expect(try world.store.loadState().state.requests.isEmpty, label)
        if request.contains("write") { #expect(world.commands.values.allSatisfy { $0.count == 1 }, label) }
        for device in report.results {
            guard case .response(let response)? = device.command, request.contains("read") else { continue }
            #expect(response.data == [0, 1, 2, 3], label)
        }
        return hasCrashed
    }
}
