import AIoTBase
import AIoTMac
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// An attacker who speaks to the devices between the reader's frames. It holds no key, and no reader hears it.
@Suite struct ForgeryTests {
    private static let configurations: [SecurityConfiguration] = [.standard, .withoutNetworkAuthentication, .tagged]

    /// What the attacker sends at a frame of the reader, made from that frame.
    private typealias Forgery = (R2DMessage) -> [R2DMessage]

    private final class Count { var frames = 0 }

    /// A run in which `forgery` is heard after the reader's frame `place`; nil: after every one.
    private func run(
        _ way: Way, _ configuration: SecurityConfiguration, at place: Int?, _ forgery: @escaping Forgery
    ) throws -> BurstInventory {
        let count = Count()
        return try BurstInventory(
            devices: 3, configuration: configuration, target: way.target, reader: way.reader,
            injects: { message, moment in
                guard moment == .after else { return [] }
                defer { count.frames += 1 }
                return place == nil || place == count.frames ? forgery(message) : []
            })
    }

    /// The next inventory, which nobody disturbs, asks once and finds everybody.
    private func expectNobodyLockedOut(_ run: inout BurstInventory, _ label: Comment) throws {
        var radio = try #require(run.radio)
        radio.injects = nil
        run.world.radio = radio
        run.forgetLog()
        run.run()
        #expect(run.ended, label)
        #expect(run.foundEachOnce, label)
        #expect(run.allAuthenticated, label)
        #expect(run.requestedNonces.count == (run.target == .single ? 3 : 1), label)
    }

    private func r2dFrames(_ way: Way, _ configuration: SecurityConfiguration) throws -> [[UInt8]] {
        try BurstInventory(devices: 3, configuration: configuration, target: way.target, reader: way.reader)
            .frames.filter(\.isR2D).map(\.octets)
    }

    // MARK: Pagings

    @Test(arguments: Way.all)
    func oneForgedAllDevicesPageStopsNoInventoryWheneverItComes(way: Way) throws {
        for configuration in Self.configurations {
            for place in try r2dFrames(way, configuration).indices {
                for isSameTransaction in [true, false] {
                    var run = try run(way, configuration, at: place) { message in
                        [Self.allDevicesPage(near: message.transactionID, isSame: isSameTransaction)]
                    }
                    let label: Comment = "\(way), \(configuration.profile.rawValue), \(place), \(isSameTransaction)"
                    #expect(run.ended, label)
                    #expect(run.foundEachOnce, label)
                    try expectNobodyLockedOut(&run, label)
                }
            }
        }
    }

    @Test(arguments: Way.all)
    func forgedPagesAfterEveryFrameLockNobodyOut(way: Way) throws {
        for configuration in Self.configurations {
            var run = try run(way, configuration, at: nil) { message in
                let page = Self.allDevicesPage(near: message.transactionID, isSame: true)
                return [page] + [R2DMessage](repeating: page, count: 20)
            }
            try expectNobodyLockedOut(&run, "\(way), \(configuration.profile.rawValue)")
        }
    }

    @Test(arguments: Way.all)
    func aPageWithAnotherNonce1OrAnyOtherOctetLocksNobodyOut(way: Way) throws {
        for configuration in Self.configurations {
            let octets = try #require(try r2dFrames(way, configuration).first)
            guard case .paging(let first) = try R2DMessage(decoding: octets) else { continue }
            // The type, nonce1, profile, algorithms, tag or protected block, MAC.
            for octet in [0, 1, 16, 17, 18, 19, 20, 30, first.sdu.count - 1] {
                var run = try run(way, configuration, at: nil) { message in
                    guard case .paging(var paging) = message, paging.sdu.indices.contains(octet) else { return [] }
                    paging.sdu[octet] ^= 0x01
                    return [.paging(paging)]
                }
                try expectNobodyLockedOut(&run, "\(way), \(configuration.profile.rawValue), octet \(octet)")
            }
        }
    }

    @Test(arguments: Way.all)
    func replayedInventoriesLockNobodyOut(way: Way) throws {
        for configuration in Self.configurations + [.resynchronising] {
            var earlier: [R2DMessage] = []
            for _ in 0..<2 {
                let past = earlier
                var run = try run(way, configuration, at: 1) { _ in past }
                let label: Comment = "\(way), \(configuration.profile.rawValue)"
                #expect(run.foundEachOnce, label)
                earlier = run.frames.filter(\.isR2D).compactMap { try? R2DMessage(decoding: $0.octets) }
                for _ in 0..<3 {
                    var radio = try #require(run.radio)
                    radio.injects = { _, moment in moment == .before ? earlier : [] }
                    run.world.radio = radio
                    run.forgetLog()
                    run.run()
                    try expectNobodyLockedOut(&run, label)
                }
            }
        }
    }

    private static func allDevicesPage(near id: TransactionID, isSame: Bool) -> R2DMessage {
        .paging(
            Paging(
                transactionID: TransactionID(isSame ? id.value : id.value &+ 5), access: .direct,
                schedule: Schedule(
                    rateCode: 4, subcarrierCode: 0, fec: false, repetition: false, midamble: false,
                    transportBlockOctets: 60, startOffset: 0),
                sdu: [1] + [UInt8](repeating: 0xEE, count: 16)))
    }
}

// MARK: - Within an exchange

extension ForgeryTests {
    /// A network response is changed in every octet, one after the other, and the right one comes after them all.
    @Test(arguments: Way.all)
    func aChangedNRESIsIgnoredAndTheRightOneStillWorks(way: Way) throws {
        let clean = try r2dFrames(way, .standard)
        let run = try BurstInventory(
            devices: 3, configuration: .standard, target: way.target, reader: way.reader,
            injects: { message, moment in
                guard moment == .before, case .upperLayerData(let data) = message, data.sdu.first == 3 else {
                    return []
                }
                return data.sdu.indices.map { octet in
                    var changed = data
                    changed.sdu[octet] ^= 0x80
                    if changed.randomID != nil { changed.asID = ASID(200) }
                    return .upperLayerData(changed)
                }
            })
        #expect(run.foundEachOnce)
        // The devices went on waiting: the reader had to repeat nothing.
        #expect(run.frames.filter(\.isR2D).map(\.octets) == clean)
        let radio = try #require(run.radio)
        #expect(radio.overheard.isEmpty)
    }

    @Test(arguments: Way.all)
    func forgedAcknowledgementsChangeNothingWhereNothingIsLost(way: Way) throws {
        for configuration in [SecurityConfiguration.standard, .commanded, .withoutNetworkAuthentication] {
            let clean = try r2dFrames(way, configuration)
            var run = try run(way, configuration, at: nil) { message in
                stride(from: 1, to: 255, by: 16).map { first in
                    .acknowledgement(
                        Acknowledgement(
                            transactionID: message.transactionID,
                            asIDs: (first..<min(first + 16, 256)).map { ASID(UInt8($0)) }))
                }
            }
            #expect(run.foundEachOnce)
            #expect(run.frames.filter(\.isR2D).map(\.octets) == clean)
            try expectNobodyLockedOut(&run, "\(way), \(configuration.profile.rawValue)")
        }
    }

    @Test(arguments: Way.all)
    func forgedNACKFeedbackLocksNobodyOut(way: Way) throws {
        var run = try run(way, .standard, at: nil) { message in
            (1...255).map {
                .nackFeedback(NACKFeedback(transactionID: message.transactionID, addressee: .asID(ASID(UInt8($0)))))
            }
        }
        try expectNobodyLockedOut(&run, "\(way)")
    }
}
