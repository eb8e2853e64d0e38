import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// The AIoTF and readers crash, at any moment; the AIoTF goes on with what its store holds, a reader with its spool.
@Suite struct CrashTests {
    /// A profile with its counter window, and the command ordered.
    struct Case: CustomTestStringConvertible {
        var profile: UInt8
        var algorithms: UInt8 = 0x22
        var window: UInt32 = 0
        var command: FollowOnCommand?

        var testDescription: String { "profile \(profile), \(algorithms), \(command.map { "\($0)" } ?? "no command")" }

        /// Three devices, each with its own number in its memory.
        func world(_ seed: UInt64 = 1) throws -> CoreWorld {
            var world = try CoreWorld(
                3, profile: SecurityProfile(rawValue: profile), algorithms: algorithms, window: window, isGroup: true,
                seed: seed, memory: { [UInt8($0)] + [UInt8](repeating: 0xEE, count: 63) })
            world.reconnects = true
            return world
        }
    }

    static let cases = [
        Case(profile: 0x00, algorithms: 0x20), Case(profile: 0x00), Case(profile: 0x02), Case(profile: 0x06),
        Case(profile: 0x03, window: 15), Case(profile: 0x07, window: 15), Case(profile: 0x17, window: 15),
        Case(profile: 0x42, command: .read(offset: 0, length: 1)),
        Case(profile: 0x42, command: .write(offset: 1, data: [7])),
        Case(profile: 0x46, command: .read(offset: 0, length: 1)),
        Case(profile: 0x46, command: .write(offset: 1, data: [7])),
        Case(profile: 0x47, window: 15, command: .permanentDisable),
        Case(profile: 0x43, window: 15, command: .write(offset: 1, data: [7])),
    ]

    @Test(arguments: cases, [PagingTargetKind.single, .group, .all])
    func aCrashOfTheAIoTFAtAnyActionLosesNoAcknowledgedDevice(_ test: Case, kind: PagingTargetKind) throws {
        for commitsBatches in [false, true] {
            var action = 0
            while true {
                var world = try test.world()
                world.commitsBatches = commitsBatches
                world.actionsToCrash = action
                var order = world.order(CoreWorld.target(kind), command: test.command)
                if world.store.orders[order] == nil {
                    // It was never taken: who ordered it orders again.
                    order = world.order(CoreWorld.target(kind), command: test.command)
                }
                world.run()
                try world.expectConsistency("crash at action \(action), batches \(commitsBatches)")
                let count = kind == .single ? 1 : 3
                #expect(world.told[order]?.count == count, "crash at action \(action)")
                #expect(world.summaries[order]?.found == count, "crash at action \(action)")
                if world.crashes == 0 { break }
                action += 1
            }
            #expect(action >= 8)
        }
    }

    @Test(arguments: cases, [PagingTargetKind.single, .group, .all])
    func aCrashOfTheReaderAtAnyStepLosesNoAcknowledgedDevice(_ test: Case, kind: PagingTargetKind) throws {
        for step in 0..<1_000 {
            var world = try test.world()
            let order = world.order(CoreWorld.target(kind), command: test.command)
            for _ in 0..<step { _ = world.step() }
            if world.summaries[order] != nil { break }
            world.disconnect()
            world.run()
            try world.expectConsistency("crash at step \(step)")
            #expect(world.told[order]?.count == (kind == .single ? 1 : 3), "crash at step \(step)")
        }
    }

    @Test(arguments: cases, [PagingTargetKind.single, .group, .all])
    func everyMessageMayComeTwice(_ test: Case, kind: PagingTargetKind) throws {
        var world = try test.world()
        world.tampers = { [$0, $0] }
        let order = world.order(CoreWorld.target(kind), command: test.command)
        world.run()
        try world.expectConsistency("twice")
        #expect(world.told[order]?.count == (kind == .single ? 1 : 3))
        #expect(world.requests.count == 1)
    }

    /// Two readers with two devices each, up to four orders, losses, repeats, crashes of all of them.
    @Test(arguments: cases, 1...12 as ClosedRange<UInt64>)
    func nothingIsLostNorMistakenHoweverTheyCrash(_ test: Case, seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        var world = try CoreWorld(
            4, profile: SecurityProfile(rawValue: test.profile), algorithms: test.algorithms, window: test.window,
            isGroup: true, seed: seed, memory: { [UInt8($0)] + [UInt8](repeating: 0xEE, count: 63) })
        world.reconnects = true
        world.commitsBatches = seed % 2 == 0
        world.addReader(gnbID: 2, hears: [2, 3])
        world.readers[0].hears = [0, 1]
        var choices = chance.split()
        world.chooses = { Int.random(in: 0...max(0, $0 - 1), using: &choices) }
        var losses = chance.split()
        world.loses = { _ in losses.uniform() < 0.1 }
        var repeats = chance.split()
        world.tampers = { pdu in repeats.uniform() < 0.1 ? [pdu, pdu] : [pdu] }
        let targets: [InventoryTarget] = [
            .group(CoreWorld.groupID), .device(CoreWorld.deviceID(Int(seed % 4))), .all, .device(CoreWorld.deviceID(3)),
        ]
        for target in targets.shuffled(using: &chance) { _ = world.order(target, command: test.command) }
        for _ in 0..<400 {
            switch chance.uniform() {
            case ..<0.02: world.actionsToCrash = Int.random(in: 0...20, using: &chance)
            case ..<0.04: world.disconnect(Int.random(in: 0...1, using: &chance))
            case ..<0.14: world.readers[Int.random(in: 0...1, using: &chance)].confirm()
            case ..<0.15: _ = world.order(.all, command: test.command)
            default: if !world.step() { _ = world.passDeadline() }
            }
        }
        world.actionsToCrash = nil
        world.run()
        try world.expectConsistency("seed \(seed)")
        let open = world.store.orders.values.filter { !$0.isFinished }
        #expect(open.isEmpty && world.summaries.count >= 4, "seed \(seed): an order does not end")
        #expect(world.store.state.requests.isEmpty, "seed \(seed): a request is remembered for ever")
    }
}

extension CoreWorld {
    mutating func addReader(gnbID: UInt32, tac: [UInt8] = [0, 0, 1], hears: Set<Int>? = nil) {
        var reader = CoreReader(gnbID: gnbID)
        reader.tac = tac
        reader.hears = hears
        readers.append(reader)
        connect(readers.count - 1)
    }

    /// No acknowledged device is missing from its order's results, nor told under another's name (what a READ gave is
    /// its own), no WRITE left twice, and no counter that a device had confirmed was paged again.
    func expectConsistency(_ label: Comment) throws {
        for device in acknowledged {
            let id = Self.deviceID(device.place)
            #expect(told[device.orderID]?.contains { $0.deviceID == id } == true, "\(device) is missing: \(label)")
        }
        for result in told.values.joined() {
            guard case .response(let response) = result.command, let own = response.data.first else { continue }
            #expect(Self.deviceID(Int(own)) == result.deviceID, "another's answer: \(label)")
        }
        for (device, commands) in commandsTo {
            guard case .write = store.orders[device.orderID]?.order.command else { continue }
            #expect(commands.count == 1, "WRITE has left \(commands.count) times: \(label)")
        }
        expectCountersMoveOn(label)
    }

    private func expectCountersMoveOn(_ label: Comment) {
        var confirmed: [InventoryTarget: UInt32] = [:]
        for change in changes {
            switch change {
            case .deviceCounter(let id, let state): confirmed[.device(id)] = state.confirmed
            case .groupCounter(let id, let state): confirmed[.group(id)] = state.confirmed
            case .request(let request):
                guard let counter = request.counter, let last = confirmed[request.target] else { continue }
                #expect((1..<1 << 31).contains(counter &- last), "counter \(counter) after \(last): \(label)")
            default: break
            }
        }
    }
}
