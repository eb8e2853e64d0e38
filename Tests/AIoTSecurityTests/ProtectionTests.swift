import AIoTBase
import AIoTSecurity
import Testing

@Suite struct ProtectionTests {
    private let key: SecretKey

    init() throws {
        key = try #require(SecretKey(Array(0..<16)))
    }

    @Test(arguments: SecurityAlgorithms.all)
    func whatWasProtectedComesBackUnderTheSameInputsAlone(_ algorithms: SecurityAlgorithms) throws {
        var generator = SeededGenerator(seed: 11)
        var cost = CryptoCost()
        var protection = Protection(key: key, algorithms: algorithms)
        for length in 0..<70 {
            let text = generator.octets(length)
            let block = try #require(protection.protect(text, count: 5, direction: .r2d, cost: &cost))
            #expect(block.count == length + algorithms.macOctets)
            #expect(protection.unprotect(block, count: 5, direction: .r2d, cost: &cost) == text)
            guard algorithms.hasIntegrity else { continue }
            #expect(protection.unprotect(block, count: 6, direction: .r2d, cost: &cost) == nil)
            #expect(protection.unprotect(block, count: 5, direction: .d2r, cost: &cost) == nil)
            var changed = block
            changed[Int.random(in: 0..<block.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(protection.unprotect(changed, count: 5, direction: .r2d, cost: &cost) == nil)
            #expect(protection.unprotect(Array(block.dropLast()), count: 5, direction: .r2d, cost: &cost) == nil)
        }
    }

    @Test func nullAlgorithmsLeaveTheTextAsItIsAndCostNothing() {
        var cost = CryptoCost()
        var protection = Protection(key: key, algorithms: SecurityAlgorithms(ciphering: .nea0, integrity: .nia0))
        #expect(protection.protect([1, 2, 3], count: 0, direction: .d2r, cost: &cost) == [1, 2, 3])
        #expect(cost == CryptoCost())
    }

    @Test func aBlockWhoseMACDoesNotMatchIsNeverDeciphered() throws {
        var protection = Protection(key: key, algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2))
        var cost = CryptoCost()
        #expect(protection.unprotect([UInt8](repeating: 0, count: 36), count: 0, direction: .r2d, cost: &cost) == nil)
        // The integrity key, the CMAC subkeys, and 40 octets of CMAC; neither cipher key nor cipher block.
        #expect(cost == CryptoCost(hmacBlocks: 4, aesBlocks: 1 + 3))
    }

    @Test func theComparisonSeesEveryOctetAndTheLength() {
        #expect(isEqualInConstantTime([1, 2, 3, 4], [1, 2, 3, 4]))
        for index in 0..<4 {
            var other: [UInt8] = [1, 2, 3, 4]
            other[index] ^= 0x80
            #expect(!isEqualInConstantTime([1, 2, 3, 4], other))
        }
        #expect(!isEqualInConstantTime([1, 2, 3], [1, 2, 3, 4]))
    }
}
