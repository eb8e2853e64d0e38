import AIoTBase
import AIoTPhy
import Testing

@Suite struct TailBitingDecoderTests {
    private let code = ConvolutionalCode(of: .oursV0)

    @Test func aCleanCodeWordGivesItsBitsBack() {
        var generator = SeededGenerator(seed: 1)
        let decoder = TailBitingDecoder(code)
        for count in [1, 2, 5, 6, 7, 22, 40, 200, 2_056] {
            let bits = (0..<count).map { _ in UInt8.random(in: 0...1, using: &generator) }
            let coded = code.encoded(bits)
            // Blocks shorter than the register need not be distinguishable; their code word is.
            let decoded = decoder.decoded(coded.map { $0 == 0 ? 1 : -1 })
            #expect(code.encoded(decoded) == coded)
            if count > 6 { #expect(decoded == bits) }
        }
    }

    @Test func theDecoderFindsTheMostLikelyCodeWord() {
        var generator = SeededGenerator(seed: 2)
        let decoder = TailBitingDecoder(code)
        let length = 10
        let words = (0..<1 << length).map { code.encoded(Bits.of(UInt64($0), width: length)) }
        for _ in 0..<50 {
            let sent = words[Int.random(in: 0..<words.count, using: &generator)]
            let soft = sent.map { bit in (bit == 0 ? 1 : -1) + 1.2 * Float(noise(&generator)) }
            func fit(_ word: [UInt8]) -> Float { zip(word, soft).reduce(0) { $0 + ($1.0 == 0 ? $1.1 : -$1.1) } }
            let best = words.map(fit).max() ?? 0
            #expect(abs(fit(code.encoded(decoder.decoded(soft))) - best) < 0.001)
        }
    }

    @Test func aLouderCopyOfARepeatedBlockDecides() throws {
        let format = D2RBurstFormat(rateCode: 0, subcarrierPeriods: 1, repetition: true, transportBlockOctets: 2)
        let coded = D2RCoding.codedBits(of: [0xAB, 0xCD], format: format, in: .oursV0)
        var soft = coded.map { (bit: UInt8) -> Float in bit == 0 ? 1 : -1 }
        for index in 0..<coded.count / 2 { soft[index] *= -0.9 }
        let decoded = D2RCoding.decoded(soft, format: format, in: .oursV0)
        #expect(decoded.octets == [0xAB, 0xCD] && decoded.crcRight)
        for index in 0..<coded.count / 2 { soft[index] *= 1.3 }
        #expect(!D2RCoding.decoded(soft, format: format, in: .oursV0).crcRight)
    }

    /// Roughly Gaussian, of unit variance.
    private func noise(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + generator.uniform() }
    }
}
