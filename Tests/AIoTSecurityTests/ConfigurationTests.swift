import AIoTSecurity
import Testing

@Suite struct ConfigurationTests {
    private static let withIntegrity = SecurityAlgorithms(ciphering: .nea2, integrity: .nia2)
    private static let withoutIntegrity = SecurityAlgorithms(ciphering: .nea2, integrity: .nia0)

    private func refusals(
        _ profile: SecurityProfile, window: UInt32 = 0, _ algorithms: SecurityAlgorithms = withIntegrity,
        for target: PagingTargetKind = .single
    ) -> [ConfigurationRefusal] {
        SecurityConfiguration(profile: profile, algorithms: algorithms, counterWindow: window).refusals(for: target)
    }

    @Test func networkAuthenticationAloneIsRefusedForSeveralDevices() {
        #expect(refusals(.networkAuthentication) == [])
        #expect(refusals(.networkAuthentication, for: .group) == [.networkAuthenticationAlone(.group)])
        #expect(refusals(.networkAuthentication, for: .all) == [.networkAuthenticationAlone(.all)])
        let mutual: SecurityProfile = [.deviceAuthentication, .networkAuthentication]
        #expect(PagingTargetKind.allCases.allSatisfy { refusals(mutual, for: $0) == [] })
    }

    @Test func aCounterWindowNeedsIntegrity() {
        #expect(refusals([], window: 1, Self.withoutIntegrity) == [.counterWindowWithoutIntegrity])
        #expect(refusals([], window: 0, Self.withoutIntegrity) == [])
        #expect(refusals([], window: 1) == [])
    }

    @Test func aCounterWindowIsAtMostHalfTheRange() {
        #expect(refusals([], window: 0x7FFF_FFFF) == [])
        #expect(refusals([], window: 0x8000_0000) == [.counterWindowTooLarge(0x8000_0000)])
    }

    @Test func aGroupWithReplayProtectionNeedsACounterWindow() {
        #expect(refusals(.replayProtection, for: .group) == [.groupWithoutCounterWindow])
        #expect(refusals(.replayProtection, window: 1, for: .group) == [])
        #expect(refusals(.replayProtection, for: .single) == [])
        #expect(refusals(.replayProtection, for: .all) == [])
        #expect(refusals([], for: .group) == [])
    }

    @Test func thePagingTagNeedsReplayProtectionNoResynchronisationAndASmallWindow() {
        #expect(refusals(.pagingTag) == [.pagingTagWithoutReplayProtection])
        #expect(
            refusals([.pagingTag, .replayProtection, .counterResynchronisation]) == [.pagingTagWithResynchronisation])
        #expect(refusals([.pagingTag, .replayProtection], window: 15) == [])
        #expect(refusals([.pagingTag, .replayProtection], window: 16) == [.pagingTagWithCounterWindow(16)])
    }

    @Test func bit7IsNoPartOfAConfiguration() {
        #expect(refusals(.groupPaging) == [.groupPagingBit])
    }

    @Test func propertiesThatNeedIntegrityAreWarnedOfWithoutIt() {
        let profile: SecurityProfile = [.replayProtection, .counterResynchronisation, .followOnCommands]
        let without = SecurityConfiguration(profile: profile, algorithms: Self.withoutIntegrity)
        #expect(
            without.warnings == [
                .replayProtectionWithoutIntegrity, .resynchronisationWithoutIntegrity, .commandsWithoutIntegrity,
            ])
        #expect(SecurityConfiguration(profile: profile, algorithms: Self.withIntegrity).warnings == [])
        #expect(SecurityConfiguration(profile: .keyHint, algorithms: Self.withoutIntegrity).warnings == [])
    }

    @Test func onlyFourAlgorithmOctetsExist() {
        let octets = (UInt8.min...UInt8.max).filter { SecurityAlgorithms(octet: $0)?.octet == $0 }
        #expect(octets == [0x00, 0x02, 0x20, 0x22])
        #expect((UInt8.min...UInt8.max).filter { SecurityAlgorithms(octet: $0) != nil } == octets)
        #expect(SecurityAlgorithms.all.map(\.octet) == octets)
    }

    @Test func theProfileBitsAreThoseOfTheTable() {
        let bits: [SecurityProfile] = [
            .replayProtection, .deviceAuthentication, .networkAuthentication, .counterResynchronisation, .keyHint,
            .pagingTag, .followOnCommands, .groupPaging,
        ]
        #expect(bits.map(\.rawValue) == [1, 2, 4, 8, 16, 32, 64, 128])
    }

    @Test func everyRefusalAndWarningSaysWhatToDo() {
        let all = refusals(.init(rawValue: 0xFF), window: .max, Self.withoutIntegrity, for: .group)
        #expect(all.count >= 5)
        for refusal in all { #expect(refusal.description.contains(":"), "\(refusal)") }
    }
}
