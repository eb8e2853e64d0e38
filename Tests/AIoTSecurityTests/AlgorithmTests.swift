import AIoTBase
import AIoTSecurity
import Testing

/// One published test set: the text that goes in and what comes out.
struct AlgorithmVector: Sendable {
    let key: String
    let count: UInt32
    let bearer: UInt8
    let direction: Direction
    let input: String
    let output: String
}

@Suite struct AlgorithmTests {
    /// TS 33.401 C.1; the first has 253 bits, of which the last three are zero on both sides of its last octet.
    static let nea2Vectors = [
        AlgorithmVector(
            key: "d3c5d592327fb11c4035c6680af8c6d1", count: 0x398a_59b4, bearer: 0x15, direction: .r2d,
            input: "981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0",
            output: "e9fed8a63d155304d71df20bf3e82214b20ed7dad2f233dc3c22d7bdeeed8e78"),
        AlgorithmVector(
            key: "2bd6459f82c440e0952c49104805ff48", count: 0xc675_a64b, bearer: 0x0c, direction: .r2d,
            input: "7ec61272743bf1614726446a6c38ced166f6ca76eb5430044286346cef130f92922b03450d3a9975e5bd2ea0eb55ad8e"
                + "1b199e3ec4316020e9a1b285e762795359b7bdfd39bef4b2484583d5afe082aee638bf5fd5a606193901a08f4ab41aab"
                + "9b134880",
            output: "5961605353c64bdca15b195e288553a910632506d6200aa790c4c806c99904cf2445cc50bb1cf168a49673734e081b57"
                + "e324ce5259c0e78d4cd97b870976503c0943f2cb5ae8f052c7b7d392239587b8956086bcab18836042e2e6ce42432a17"
                + "105c53d3"),
    ]

    /// TS 33.401 C.2, the sets of whole octets.
    static let nia2Vectors = [
        AlgorithmVector(
            key: "d3c5d592327fb11c4035c6680af8c6d1", count: 0x398a_59b4, bearer: 0x1a, direction: .r2d,
            input: "484583d5afe082ae", output: "b93787e6"),
        AlgorithmVector(
            key: "83fd23a244a74cf358da3019f1722635", count: 0x36af_6144, bearer: 0x0f, direction: .r2d,
            input: "35c68716633c66fb750c266865d53c11ea05b1e9fa49c8398d48e1efa5909d3947902837f5ae96d5a05bc8d61ca8dbef"
                + "1b13a4b4abfe4fb1006045b674bb54729304c382be53a5af05556176f6eaa2ef1d05e4b083181ee674cda5a485f74d7a",
            output: "e657e182"),
    ]

    @Test(arguments: nea2Vectors) func nea2GivesThePublishedCiphertext(_ vector: AlgorithmVector) throws {
        let key = try #require(Hex.decoded(vector.key).flatMap { SecretKey($0) })
        let plaintext = try #require(Hex.decoded(vector.input))
        var cost = CryptoCost()
        let ciphertext = NEA2.applied(
            to: plaintext, key: key, count: vector.count, bearer: vector.bearer, direction: vector.direction,
            cost: &cost)
        #expect(ciphertext.map(Hex.encoded) == vector.output)
        #expect(cost == CryptoCost(aesBlocks: (plaintext.count + 15) / 16))
    }

    @Test(arguments: nia2Vectors) func nia2GivesThePublishedMAC(_ vector: AlgorithmVector) throws {
        let key = try #require(Hex.decoded(vector.key).flatMap { SecretKey($0) })
        let message = try #require(Hex.decoded(vector.input))
        var cost = CryptoCost()
        let mac = NIA2.mac(
            over: message, key: key, count: vector.count, bearer: vector.bearer, direction: vector.direction,
            cost: &cost)
        #expect(mac.map(Hex.encoded) == vector.output)
        #expect(cost == CryptoCost(aesBlocks: 1 + (message.count + 8 + 15) / 16))
    }

    @Test func aDerivationTakesFourBlocksOfSHA256() throws {
        let key = try #require(SecretKey([UInt8](repeating: 1, count: 16)))
        var cost = CryptoCost()
        _ = KeyDerivation.pagingTag(from: key, counter: 7, cost: &cost)
        #expect(cost == CryptoCost(hmacBlocks: 4))
    }

    @Test func everyOutputOfAKeyHasItsOwnFunctionCode() throws {
        let key = try #require(SecretKey([UInt8](repeating: 1, count: 16)))
        let nonce = try #require(Nonce([UInt8](repeating: 2, count: 16)))
        var cost = CryptoCost()
        let ares = KeyDerivation.ares(from: key, nonce1: nonce, cost: &cost)
        let nres = KeyDerivation.nres(from: key, nonce2: nonce, cost: &cost)
        #expect(ares.octets != nres.octets)
        let cipherKey = KeyDerivation.cipherKey(from: key, algorithm: .nea2, cost: &cost)
        let integrityKey = KeyDerivation.integrityKey(from: key, algorithm: .nia2, cost: &cost)
        #expect(cipherKey != integrityKey)
    }

    @Test func aKeyNeverShowsInText() throws {
        let key = try #require(SecretKey([UInt8](repeating: 0xAB, count: 16)))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(Optional(key) as Any)"] {
            #expect(!text.lowercased().contains("abab") && !text.contains("171"))
        }
        #expect(SecretKey([UInt8](repeating: 0, count: 15)) == nil)
    }
}
