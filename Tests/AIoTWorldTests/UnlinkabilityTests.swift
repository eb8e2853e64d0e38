import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// Whether one who listens can tell that two sessions are the same device's.
@Suite struct UnlinkabilityTests {
    private static let devices = 10

    /// Each bit alone where that is possible (the tag needs replay protection), none, and combinations that between
    /// them have each field in each kind of paging.
    private static let profiles: [UInt8] = [
        0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x21, 0x40, 0x17, 0x37, 0x57, 0x1F, 0x5F, 0x77, 0x53,
    ]

    /// A thousand sessions under both algorithms, of a group where the profile lets it be paged; a hundred of the rest.
    @Test(arguments: profiles)
    func overAThousandSessionsNoFieldRepeats(profile: UInt8) throws {
        var most = 0
        for algorithms in SecurityAlgorithms.all.reversed() where algorithms.hasCiphering {
            for target in [PagingTargetKind.group, .single, .all] {
                let configuration = SecurityConfiguration(
                    profile: SecurityProfile(rawValue: profile), algorithms: algorithms,
                    counterWindow: algorithms.hasIntegrity ? 15 : 0)
                guard configuration.refusals(for: target).isEmpty, configuration.confirmsCounters else { continue }
                let sessions = most == 0 ? 1_000 : 100
                let heard = try listen(configuration, target, sessions: sessions)
                let label: Comment = "profile \(profile), algorithms \(algorithms.octet), \(target)"
                most = max(most, heard.count(.nonce2))
                #expect(heard.count(.nonce2) >= sessions, label)
                #expect(heard.repeatingFields.isEmpty, "\(label): \(heard.repeatingFields)")
                expectFields(of: configuration, target, in: heard, sessions: sessions, label)
            }
        }
        #expect(most >= 1_000)
    }

    /// Many inventories with one AIoTF and the same devices.
    private func listen(
        _ configuration: SecurityConfiguration, _ target: PagingTargetKind, sessions: Int
    ) throws -> Overheard {
        let command: FollowOnCommand? =
            configuration.profile.contains(.followOnCommands) ? .read(offset: 0, length: 8) : nil
        var run = try BurstInventory(
            quietWorldOf: Self.devices, configuration: configuration, target: target, seed: 3)
        var heard = Overheard()
        for _ in 0..<sessions / Self.devices {
            run.forgetLog()
            run.run(command: command)
            let isWhole = run.foundEachOnce
            #expect(isWhole)
            for frame in run.frames { heard.listen(to: frame) }
        }
        return heard
    }

    /// That a field was there to be heard, so that its silence says something.
    private func expectFields(
        of configuration: SecurityConfiguration, _ target: PagingTargetKind, in heard: Overheard, sessions: Int,
        _ label: Comment
    ) {
        let profile = configuration.profile
        let flags = configuration.accessResponseFlags(for: target)
        var fields: [OverheardField: Bool] = [
            .ares: flags.contains(.ares), .keyHint: flags.contains(.keyHint), .idBlock: flags.contains(.id),
            .idReport: profile.contains(.networkAuthentication),
            .commandResponse: profile.contains(.followOnCommands),
        ]
        if target == .single { fields[.randomID] = false }
        for (field, isThere) in fields {
            #expect(isThere ? heard.count(field) >= sessions : heard.count(field) == 0, "\(label): \(field)")
        }
        #expect((heard.count(.pagingBlock) > 0) == (target != .all), label)
        #expect((heard.count(.pagingTag) > 0) == (target != .all && profile.contains(.pagingTag)), label)
    }
}

// MARK: - The exceptions

extension UnlinkabilityTests {
    /// What repeats all the same, as `spec/1 "What remains"` and `"Configuration"` have it.
    private enum Exception: CaseIterable {
        /// The key hint of one nonce1: an attacker who repeats a paging while the carrier lasts gets it again.
        case keyHintOfOneNonce1
        /// The paging tag and the protected identity of one nonce1 and counter: the page itself, come again.
        case pageOfOneNonce1
        /// The paging tag of one counter: with neither ARES nor 128-NIA2 no answer confirms a counter, and it is paged
        /// again under another nonce1.
        case tagOfOneCounter
        /// Profile, algorithms and the lengths of IDs are in the clear.
        case profileAlgorithmsAndLengths
        /// NEA0 leaves IDs and commands as they are; with NIA0 too the whole block repeats.
        case nullCiphering
    }

    @Test func theExceptionsAreTheseAndNoOthers() throws {
        for exception in Exception.allCases {
            switch exception {
            case .keyHintOfOneNonce1: try expectTheHintAlone()
            case .pageOfOneNonce1: try expectTheSamePage()
            case .tagOfOneCounter: try expectTheTagAlone()
            case .profileAlgorithmsAndLengths: try expectTheClearPart()
            case .nullCiphering: try expectTheIDInTheClear()
            }
        }
    }

    /// An attacker repeats the page in direct access: of what comes back only the hint is the same.
    private func expectTheHintAlone() throws {
        var isDone = false
        let run = try BurstInventory(
            devices: 1, configuration: .standard, target: .single,
            reader: Way(target: .single, mode: .direct).reader,
            injects: { message, moment in
                guard moment == .after, !isDone else { return [] }
                isDone = true
                return [R2DMessage](repeating: message, count: 12)
            })
        #expect(run.foundEachOnce)
        var heard = Overheard()
        for octets in try #require(run.radio).overheard { heard.listen(toD2R: octets, isMsg1OfCBRA: false) }
        #expect(heard.count(.nonce2) == 12)
        #expect(heard.repeatingFields == [.keyHint])
        #expect(heard.equalPairs(.keyHint) == 12 * 11 / 2)
    }

    private func expectTheSamePage() throws {
        let run = try BurstInventory(
            devices: 6, configuration: .tagged, target: .group, reader: Way(target: .group, mode: .cbra).reader)
        let pages = run.frames.filter(\.isR2D).compactMap { frame -> [UInt8]? in
            guard case .paging(let paging)? = try? R2DMessage(decoding: frame.octets) else { return nil }
            return paging.sdu
        }
        #expect(pages.count > 1)
        #expect(Set(pages).count == 1)
    }

    private func expectTheTagAlone() throws {
        let configuration = SecurityConfiguration(
            profile: [.replayProtection, .pagingTag], algorithms: .init(ciphering: .nea2, integrity: .nia0))
        #expect(!configuration.confirmsCounters)
        var run = try BurstInventory(quietWorldOf: 1, configuration: configuration, target: .single)
        for _ in 0..<10 { run.run() }
        #expect(Overheard(run.frames).repeatingFields == [.pagingTag])
    }

    private func expectTheClearPart() throws {
        var run = try BurstInventory(quietWorldOf: 1, configuration: .tagged, target: .single)
        var identities: [PagingIdentity] = []
        for _ in 0..<4 {
            run.forgetLog()
            run.run()
            let octets = try #require(run.frames.first).octets
            guard case .paging(let paging) = try R2DMessage(decoding: octets) else { continue }
            identities.append(try #require(try NASPaging(decoding: paging.sdu).identity))
        }
        #expect(identities.count == 4)
        #expect(Set(identities.map(\.profile)).count == 1)
        #expect(Set(identities.map(\.algorithms)).count == 1)
        #expect(Set(identities.map(\.protectedBlock.count)).count == 1)
        #expect(Set(identities.map(\.protectedBlock)).count == 4)
        #expect(Set(identities.map(\.tag)).count == 4)
    }

    private func expectTheIDInTheClear() throws {
        for integrity in SecurityAlgorithms.Integrity.allCases {
            let configuration = SecurityConfiguration(
                profile: [.deviceAuthentication], algorithms: .init(ciphering: .nea0, integrity: integrity))
            var run = try BurstInventory(quietWorldOf: 1, configuration: configuration, target: .single)
            var heard = Overheard()
            for _ in 0..<20 {
                run.forgetLog()
                run.run()
                for frame in run.frames { heard.listen(to: frame) }
            }
            let id = run.population.provisioning[0].deviceID
            for field in [OverheardField.idBlock, .pagingBlock] {
                #expect(heard.values[field]?.allSatisfy { $0.starts(with: id) } == true)
            }
            #expect(heard.repeatingFields == (integrity == .nia0 ? [.idBlock, .pagingBlock] : []))
        }
    }

    /// A stale page replayed with resynchronisation on shows presence, and no more: every answer looks new.
    @Test func answersToAReplayedStalePageDoNotRepeat() throws {
        var past: [R2DMessage] = []
        var run = try BurstInventory(
            quietWorldOf: 1, configuration: .resynchronising, target: .single,
            injects: { message, moment in
                guard moment == .before, case .paging = message else { return [] }
                return past
            })
        for _ in 0..<16 {
            run.forgetLog()
            run.run()
            #expect(run.foundEachOnce)
            for frame in run.frames where frame.isR2D {
                if case .paging(let paging)? = try? R2DMessage(decoding: frame.octets) { past.append(.paging(paging)) }
            }
        }
        var heard = Overheard()
        for octets in try #require(run.radio).overheard { heard.listen(toD2R: octets, isMsg1OfCBRA: false) }
        #expect(heard.count(.counterBlock) == 16 * 15 / 2)
        #expect(heard.count(.keyHint) == 0)
        #expect(heard.repeatingFields.isEmpty)
    }
}

extension SecurityConfiguration {
    /// Whether an answer can tell the AIoTF for certain which counter the device has taken.
    fileprivate var confirmsCounters: Bool {
        !profile.contains(.replayProtection) || profile.contains(.deviceAuthentication) || algorithms.hasIntegrity
    }
}
