import AIoTBase
import AIoTSecurity
import Testing

@Suite struct NASPDUTests {
    private let nonce: Nonce

    init() throws {
        nonce = try #require(Nonce(Array(1...16)))
    }

    private var samples: [NASPDU] {
        let algorithms = SecurityAlgorithms(ciphering: .nea0, integrity: .nia2)
        let untagged = PagingIdentity(
            profile: [.replayProtection, .groupPaging], algorithms: algorithms, tag: nil, protectedBlock: [9, 8, 7])
        let tagged = PagingIdentity(
            profile: .pagingTag, algorithms: algorithms, tag: PagingTag(value: 0xBEEF), protectedBlock: [1])
        let ares = ARES(value: 0x0102_0304_0506_0708)
        let hint = KeyHint(value: 0xCAFE)
        return [
            .paging(NASPaging(nonce1: nonce, identity: nil)), .paging(NASPaging(nonce1: nonce, identity: untagged)),
            .paging(NASPaging(nonce1: nonce, identity: tagged)),
            .accessResponse(NASAccessResponse(nonce2: nonce, keyHint: nil, ares: nil, content: .none)),
            .accessResponse(NASAccessResponse(nonce2: nonce, keyHint: hint, ares: ares, content: .none)),
            .accessResponse(
                NASAccessResponse(nonce2: nonce, keyHint: hint, ares: ares, content: .id(protectedBlock: [1, 2]))),
            .accessResponse(
                NASAccessResponse(nonce2: nonce, keyHint: nil, ares: nil, content: .counter(protectedBlock: [3]))),
            .networkResponse(NASNetworkResponse(nres: NRES(value: 7))), .idReport(NASIDReport(protectedBlock: [4])),
            .command(NASCommand(protectedBlock: [5, 6])), .commandResponse(NASCommandResponse(protectedBlock: [0])),
        ]
    }

    @Test func everyPDUComesBackFromItsOctets() throws {
        for pdu in samples {
            let octets = try pdu.encoded()
            #expect(octets.first == pdu.type.rawValue)
            #expect(try NASPDU(decoding: octets) == pdu)
        }
    }

    @Test func fieldsStandInTheOrderOfTheTable() throws {
        let response = NASAccessResponse(
            nonce2: nonce, keyHint: KeyHint(value: 0xAABB), ares: ARES(value: 1), content: .id(protectedBlock: [0xCC]))
        let text = "020d" + "0102030405060708090a0b0c0d0e0f10" + "aabb" + "0000000000000001" + "cc"
        #expect(Hex.encoded(try response.encoded()) == text)
        let identity = PagingIdentity(
            profile: [.replayProtection, .pagingTag],
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2),
            tag: PagingTag(value: 0xDDEE), protectedBlock: [0xFF])
        let paging = NASPaging(nonce1: nonce, identity: identity)
        #expect(Hex.encoded(try paging.encoded()) == "01" + "0102030405060708090a0b0c0d0e0f10" + "2122ddeeff")
    }

    @Test func noPrefixOfAPDUWithoutABlockDecodes() throws {
        for pdu in [samples[3], samples[4], samples[7]] {
            let octets = try pdu.encoded()
            for count in 0..<octets.count {
                #expect(throws: NASDecodingError.truncated) { try NASPDU(decoding: Array(octets.prefix(count))) }
            }
            #expect(throws: NASDecodingError.trailingOctets(1)) { try NASPDU(decoding: octets + [0]) }
        }
    }

    @Test func whatCannotBeIsRefusedByName() {
        let nonce2 = nonce.octets
        #expect(throws: NASDecodingError.truncated) { try NASPDU(decoding: []) }
        #expect(throws: NASDecodingError.unknownType(7)) { try NASPDU(decoding: [7, 0]) }
        #expect(throws: NASDecodingError.unexpectedType(.idReport)) { try NASCommand(decoding: [4, 0]) }
        #expect(throws: NASDecodingError.undefinedFlags(0x10)) { try NASPDU(decoding: [2, 0x10] + nonce2) }
        #expect(throws: NASDecodingError.counterAndID) { try NASPDU(decoding: [2, 6] + nonce2 + [1]) }
        #expect(throws: NASDecodingError.truncated) { try NASPDU(decoding: [2, 4] + nonce2) }
        #expect(throws: NASDecodingError.undefinedAlgorithms(0x12)) {
            try NASPDU(decoding: [1] + nonce2 + [0, 0x12, 1])
        }
        #expect(throws: NASDecodingError.truncated) { try NASPDU(decoding: [1] + nonce2 + [0x20, 2, 1]) }
        #expect(throws: NASDecodingError.truncated) { try NASPDU(decoding: [5]) }
    }

    @Test func aPDUIsAtMostAsLongAsItsDirectionAllows() throws {
        let r2d = [UInt8](repeating: 0, count: 239)
        #expect(try NASCommand(protectedBlock: r2d).encoded().count == 240)
        #expect(throws: NASEncodingError.tooLong(241, limit: 240)) {
            try NASCommand(protectedBlock: r2d + [0]).encoded()
        }
        #expect(throws: NASDecodingError.tooLong(241, limit: 240)) { try NASPDU(decoding: [5] + r2d + [0]) }
        let d2r = [UInt8](repeating: 0, count: 252)
        #expect(try NASCommandResponse(protectedBlock: d2r).encoded().count == 253)
        #expect(throws: NASEncodingError.tooLong(254, limit: 253)) {
            try NASCommandResponse(protectedBlock: d2r + [0]).encoded()
        }
        #expect(throws: NASDecodingError.tooLong(254, limit: 253)) { try NASPDU(decoding: [6] + d2r + [0]) }
    }

    @Test func randomOctetsEitherFailOrComeBackTheSame() {
        var generator = SeededGenerator(seed: 3)
        var decoded = 0
        for _ in 0..<20_000 {
            var octets = generator.octets(Int.random(in: 0...260, using: &generator))
            if !octets.isEmpty { octets[0] = UInt8.random(in: 0...7, using: &generator) }
            if octets.count > 18, octets[0] < 3 { octets[octets[0] == 1 ? 18 : 1] &= 0x2F }
            guard let pdu = try? NASPDU(decoding: octets) else { continue }
            decoded += 1
            #expect((try? pdu.encoded()) == octets)
        }
        #expect(decoded > 5_000)
    }

    @Test func aPagingIdentityWithTheWrongTagCannotBeMade() {
        let algorithms = SecurityAlgorithms(ciphering: .nea0, integrity: .nia0)
        let untagged = PagingIdentity(profile: .pagingTag, algorithms: algorithms, tag: nil, protectedBlock: [1])
        #expect(throws: NASEncodingError.pagingTag) { try untagged.encoded() }
        let tagged = PagingIdentity(
            profile: [], algorithms: algorithms, tag: PagingTag(value: 1), protectedBlock: [1])
        #expect(throws: NASEncodingError.pagingTag) { try tagged.encoded() }
    }

    @Test(arguments: [0, 33]) func anIDOfNoneOrMoreThan32OctetsIsNotPaged(_ count: Int) throws {
        let key = try #require(SecretKey(nonce.octets))
        let configuration = SecurityConfiguration(
            profile: [], algorithms: SecurityAlgorithms(ciphering: .nea0, integrity: .nia0))
        var cost = CryptoCost()
        #expect(throws: NASEncodingError.idLength(count)) {
            try PagingIdentity.make(
                for: .single(deviceID: [UInt8](repeating: 1, count: count), key: key), configuration: configuration,
                counter: 0, nonce1: nonce, cost: &cost)
        }
    }

    @Test func commandsAndResponsesComeBackFromTheirPlaintext() throws {
        let commands: [FollowOnCommand] = [
            .read(offset: 0x0102, length: 240), .write(offset: 3, data: [1, 2]), .permanentDisable,
        ]
        for command in commands { #expect(try FollowOnCommand(plaintext: command.plaintext()) == command) }
        #expect(try commands[0].plaintext() == [1, 1, 2, 240])
        #expect(try commands[1].plaintext() == [2, 0, 3, 2, 1, 2])
        #expect(throws: NASEncodingError.readLength(241)) {
            try FollowOnCommand.read(offset: 0, length: 241).plaintext()
        }
        for status in CommandStatus.allCases {
            let response = FollowOnResponse(status: status, data: [1, 2])
            #expect(try FollowOnResponse(plaintext: response.plaintext) == response)
        }
        #expect(throws: NASDecodingError.undefinedStatus(6)) { try FollowOnResponse(plaintext: [6]) }
        #expect(throws: NASDecodingError.truncated) { try FollowOnResponse(plaintext: []) }
    }
}
