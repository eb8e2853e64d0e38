import AIoTF
import AIoTSecurity
import AIoTWorld
import NGAP
import RadioFrontEnd
import Testing

/// The carrier goes after each frame of a run, and with it after each of steps 5 to 15 of the procedure.
@Suite struct CarrierDropTests {
    private static let configurations: [SecurityConfiguration] = [
        .standard, .withoutNetworkAuthentication, .commanded,
    ]

    @Test(arguments: Way.all, [1, 3])
    func afterEveryFrameTheAIoTFPagesAnewAndEachDeviceIsFoundOnce(way: Way, devices: Int) throws {
        for configuration in Self.configurations {
            let command: FollowOnCommand? =
                configuration == .commanded ? .read(offset: 0, length: 4) : nil
            let whole = try BurstInventory(
                devices: devices, configuration: configuration, target: way.target, command: command,
                reader: way.reader)
            #expect(whole.foundEachOnce)
            for dropAt in whole.frames.indices {
                let label: Comment = "\(way), profile \(configuration.profile.rawValue), dropped after frame \(dropAt)"
                var frames = 0
                let inventory = try BurstInventory(
                    devices: devices, configuration: configuration, target: way.target, command: command,
                    reader: way.reader,
                    dropsCarrierAfter: { _ in
                        defer { frames += 1 }
                        return frames == dropAt
                    })
                #expect(inventory.ended, label)
                #expect(inventory.foundEachOnce, label)
                #expect(inventory.allAuthenticated, label)
                let nonces = inventory.requestedNonces
                let more = nonces.count - whole.requestedNonces.count
                // Where everybody had been told already, nothing is left to page for.
                #expect(more == 1 || more == 0 && whole.mayBeDone(at: dropAt), label)
                #expect(Set(nonces).count == nonces.count, label)
                #expect(inventory.pagedNonces == nonces, label)
                if command != nil { expectOutcomes(of: inventory, label) }
            }
        }
    }

    /// A command whose answer was lost with the carrier has failed or, a READ, leaves once more under the new nonce1.
    private func expectOutcomes(of run: BurstInventory, _ label: Comment) {
        let commands = run.ngap.compactMap { octets -> [UInt8]? in
            guard case .commandRequest(let message)? = try? NGAPPDU(decoding: octets) else { return nil }
            return message.nasPDU.first == NASType.command.rawValue ? message.nasPDU : nil
        }
        #expect((run.results.count...2 * run.results.count).contains(commands.count), label)
        for result in run.results {
            switch result.command {
            case .response(let response): #expect(response.status == .done, label)
            case .failed: break
            case nil: Issue.record("no outcome of the command: \(label)")
            }
        }
    }

    @Test func aWindowOfNothingGetsOverDropsToo() throws {
        let configuration = SecurityConfiguration(
            profile: [.replayProtection, .deviceAuthentication], algorithms: .strong)
        for dropAt in 0..<3 {
            var frames = 0
            let inventory = try BurstInventory(
                devices: 1, configuration: configuration, target: .single,
                dropsCarrierAfter: { _ in
                    defer { frames += 1 }
                    return frames == dropAt
                })
            #expect(inventory.ended)
            #expect(inventory.foundEachOnce)
            #expect(inventory.requestedNonces.count > 1 || dropAt == 2)
        }
    }
}

extension BurstInventory {
    /// Whether at this R2D frame of an undisturbed run every device asked for at the time may have been told: nothing
    /// comes from a device any more before the next paging.
    fileprivate func mayBeDone(at frame: Int) -> Bool {
        guard frames[frame].isR2D else { return false }
        let rest = frames[(frame + 1)...].prefix { $0.octets.first.map { $0 >> 4 } != 0 || !$0.isR2D }
        return rest.allSatisfy(\.isR2D)
    }
}
