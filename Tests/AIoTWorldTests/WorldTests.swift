import AIoTF
import AIoTSecurity
import Testing

@Suite struct WorldTests {
    private static let standard = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
        counterWindow: 15)

    @Test func aGroupOfTwentyIsFoundAndAuthenticated() throws {
        let inventory = try BurstInventory(devices: 20, configuration: Self.standard, target: .group)
        #expect(inventory.ended)
        #expect(inventory.results.count == 20)
        #expect(inventory.results.allSatisfy { $0.authenticated })
    }
}

/// Profile bits 0 to 6 with each algorithm octet and each kind of target.
@Suite struct ProfileTests {
    @Test(arguments: [PagingTargetKind.single, .group, .all])
    func everyProfileCompletesWithThreeDevicesOrIsRefused(target: PagingTargetKind) throws {
        var completed = 0
        var refused = 0
        for profile in UInt8(0)...0x7F {
            for algorithms in SecurityAlgorithms.all {
                for window in [UInt32(0), 3] {
                    let configuration = SecurityConfiguration(
                        profile: SecurityProfile(rawValue: profile), algorithms: algorithms, counterWindow: window)
                    let label = "profile \(profile), algorithms \(algorithms.octet), window \(window), \(target)"
                    guard configuration.refusals(for: target).isEmpty else {
                        #expect(isRefused(configuration, target), "\(label) is not refused")
                        refused += 1
                        continue
                    }
                    let isCommanded = configuration.profile.contains(.followOnCommands)
                    let inventory = try BurstInventory(
                        devices: 3, configuration: configuration, target: target,
                        command: isCommanded ? .read(offset: 0, length: 4) : nil, seed: UInt64(profile) + 1)
                    #expect(inventory.ended, "\(label) does not end")
                    #expect(inventory.results.count == 3, "\(label) finds \(inventory.results.count)")
                    let isAuthenticated =
                        configuration.profile.contains(.deviceAuthentication) || algorithms.hasIntegrity
                    for result in inventory.results {
                        #expect(result.authenticated == isAuthenticated, "\(label)")
                        if isCommanded, case .response(let response) = result.command {
                            #expect(response.status == .done && response.data.count == 4, "\(label)")
                        } else {
                            #expect(!isCommanded, "\(label): the command failed")
                        }
                    }
                    completed += 1
                }
            }
        }
        print(target, "completed", completed, "refused", refused)
        #expect(completed > 0 && refused > 0)
    }

    /// Whether provisioning or ordering refuses the configuration.
    private func isRefused(_ configuration: SecurityConfiguration, _ target: PagingTargetKind) -> Bool {
        guard let inventory = try? BurstInventory(devices: 3, configuration: configuration, target: target) else {
            return true
        }
        return inventory.summary?.refusal != nil && inventory.results.isEmpty
    }
}
